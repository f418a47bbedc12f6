# Auto Scaling: every type that provider 3.39.0 and moto know, in several shapes.
locals {
  autoscaling_zones = ["${var.region}a", "${var.region}b"]
}

resource "aws_vpc" "autoscaling" {
  cidr_block = "10.61.0.0/16"
}

resource "aws_subnet" "autoscaling" {
  count = 2

  vpc_id            = aws_vpc.autoscaling.id
  availability_zone = local.autoscaling_zones[count.index]
  cidr_block        = cidrsubnet(aws_vpc.autoscaling.cidr_block, 8, count.index)
}

resource "aws_launch_template" "autoscaling" {
  count = 2

  name          = "autoscaling-${count.index}"
  image_id      = "ami-12c6146b"
  instance_type = "m5.large"
}

resource "aws_launch_configuration" "autoscaling" {
  name          = "autoscaling"
  image_id      = "ami-12c6146b"
  instance_type = "m5.large"
}

resource "aws_elb" "autoscaling" {
  name    = "autoscaling"
  subnets = aws_subnet.autoscaling[*].id

  listener {
    instance_port     = 8080
    instance_protocol = "tcp"
    lb_port           = 80
    lb_protocol       = "tcp"
  }

  # Without it the provider fails on what moto answers.
  health_check {
    target              = "TCP:8080"
    healthy_threshold   = 2
    unhealthy_threshold = 2
    interval            = 30
    timeout             = 5
  }
}

# Everything that moto keeps of a group; tags as blocks.
resource "aws_autoscaling_group" "full" {
  name                      = "autoscaling-full"
  min_size                  = 1
  max_size                  = 4
  desired_capacity          = 2
  default_cooldown          = 120
  health_check_grace_period = 90
  health_check_type         = "EC2"
  vpc_zone_identifier       = aws_subnet.autoscaling[*].id
  termination_policies      = ["OldestInstance", "Default"]
  suspended_processes       = ["AZRebalance", "AlarmNotification"]
  enabled_metrics           = ["GroupDesiredCapacity", "GroupInServiceInstances"]
  protect_from_scale_in     = true
  capacity_rebalance        = true
  wait_for_capacity_timeout = "0"

  launch_template {
    id      = aws_launch_template.autoscaling[0].id
    version = "$Latest"
  }

  tag {
    key                 = "Team"
    value               = "ml-team"
    propagate_at_launch = true
  }

  tag {
    key                 = "Part"
    value               = "autoscaling"
    propagate_at_launch = false
  }
}

# A mixed-instances policy; tags as one list.
resource "aws_autoscaling_group" "mixed" {
  name                      = "autoscaling-mixed"
  min_size                  = 0
  max_size                  = 10
  desired_capacity          = 0
  vpc_zone_identifier       = [aws_subnet.autoscaling[0].id]
  wait_for_capacity_timeout = "0"

  mixed_instances_policy {
    instances_distribution {
      on_demand_allocation_strategy            = "prioritized"
      on_demand_base_capacity                  = 1
      on_demand_percentage_above_base_capacity = 25
      spot_allocation_strategy                 = "capacity-optimized"
    }

    launch_template {
      launch_template_specification {
        launch_template_id = aws_launch_template.autoscaling[1].id
        version            = "$Default"
      }

      override {
        instance_type     = "m5.large"
        weighted_capacity = "1"
      }

      override {
        instance_type     = "m5.xlarge"
        weighted_capacity = "2"
      }
    }
  }

  tags = [
    { key = "Team", value = "ml-team", propagate_at_launch = true },
    { key = "Stage", value = "dev", propagate_at_launch = false },
  ]
}

# By zones and a launch configuration, behind a classic load balancer, once per team.
resource "aws_autoscaling_group" "classic" {
  for_each = toset(["ops", "dev"])

  name                      = "autoscaling-classic-${each.key}"
  min_size                  = 0
  max_size                  = 2
  availability_zones        = local.autoscaling_zones
  launch_configuration      = aws_launch_configuration.autoscaling.name
  load_balancers            = each.key == "ops" ? [aws_elb.autoscaling.name] : []
  wait_for_capacity_timeout = "0"

  lifecycle {
    ignore_changes = [load_balancers, target_group_arns]
  }
}

resource "aws_autoscaling_group" "warm" {
  name                      = "autoscaling-warm"
  min_size                  = 0
  max_size                  = 2
  vpc_zone_identifier       = [aws_subnet.autoscaling[1].id]
  wait_for_capacity_timeout = "0"

  launch_template {
    name = aws_launch_template.autoscaling[0].name
  }

  warm_pool {
    pool_state                  = "Stopped"
    min_size                    = 1
    max_group_prepared_capacity = 3
  }
}

resource "aws_autoscaling_attachment" "classic" {
  autoscaling_group_name = aws_autoscaling_group.classic["dev"].name
  elb                    = aws_elb.autoscaling.name
}

resource "aws_autoscaling_schedule" "night" {
  for_each = { down = 0, up = 2 }

  autoscaling_group_name = aws_autoscaling_group.full.name
  scheduled_action_name  = "night-${each.key}"
  recurrence             = each.key == "down" ? "0 20 * * 1-5" : "0 6 * * 1-5"
  min_size               = each.value
  max_size               = 4
  desired_capacity       = each.value
}

resource "aws_autoscaling_schedule" "once" {
  autoscaling_group_name = aws_autoscaling_group.mixed.name
  scheduled_action_name  = "release"
  start_time             = "2045-12-11T18:00:00Z"
  end_time               = "2045-12-12T06:00:00Z"
  min_size               = -1
  max_size               = -1
  desired_capacity       = 5
}

resource "aws_autoscaling_policy" "simple" {
  count = 2

  name                   = "simple-${count.index}"
  autoscaling_group_name = aws_autoscaling_group.full.name
  adjustment_type        = "ChangeInCapacity"
  scaling_adjustment     = count.index == 0 ? 1 : -1
  cooldown               = 300
}

resource "aws_autoscaling_policy" "step" {
  name                      = "step"
  autoscaling_group_name    = aws_autoscaling_group.mixed.name
  policy_type               = "StepScaling"
  adjustment_type           = "PercentChangeInCapacity"
  min_adjustment_magnitude  = 1
  metric_aggregation_type   = "Average"
  estimated_instance_warmup = 60

  step_adjustment {
    metric_interval_lower_bound = 0
    metric_interval_upper_bound = 20
    scaling_adjustment          = 10
  }

  step_adjustment {
    metric_interval_lower_bound = 20
    scaling_adjustment          = 30
  }
}

resource "aws_autoscaling_policy" "target" {
  name                   = "target"
  autoscaling_group_name = aws_autoscaling_group.full.name
  policy_type            = "TargetTrackingScaling"

  target_tracking_configuration {
    predefined_metric_specification {
      predefined_metric_type = "ASGAverageCPUUtilization"
    }
    target_value     = 55
    disable_scale_in = true
  }
}

resource "aws_autoscaling_policy" "custom" {
  name                   = "custom"
  autoscaling_group_name = aws_autoscaling_group.mixed.name
  policy_type            = "TargetTrackingScaling"

  target_tracking_configuration {
    customized_metric_specification {
      metric_name = "QueueLength"
      namespace   = "Workers"
      statistic   = "Average"
      metric_dimension {
        name  = "Queue"
        value = "training"
      }
    }
    target_value = 12.5
  }
}

resource "aws_autoscaling_lifecycle_hook" "drain" {
  for_each = { launching = "LAUNCHING", terminating = "TERMINATING" }

  name                   = "drain-${each.key}"
  autoscaling_group_name = aws_autoscaling_group.full.name
  lifecycle_transition   = "autoscaling:EC2_INSTANCE_${each.value}"
  default_result         = each.key == "launching" ? "CONTINUE" : "ABANDON"
  heartbeat_timeout      = 600
}
