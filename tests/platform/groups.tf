locals {
  groups = {
    gpu-training = {
      template = "gpu", min = 1, max = 8, desired = 4, suspended = []
      tags     = { "afterhours:schedule" = "office" }
    }
    gpu-batch = {
      template = "gpu", min = 0, max = 10, desired = 3, suspended = []
      # Tag values take neither ';' nor ',' everywhere: '/' and '+' stand for them.
      tags = { "afterhours:schedule" = "Mon-Fri 08:00-12:00+13:00-18:00 / tz Europe/Berlin" }
    }
    gpu-notebooks = {
      template = "gpu", min = 1, max = 5, desired = 2, suspended = ["AZRebalance"]
      tags     = { AutoShutdown = "True" }
    }
    gpu-eks = {
      template = "gpu", min = 2, max = 6, desired = 3, suspended = []
      tags     = { "afterhours:schedule" = "office", "kubernetes.io/cluster/sample" = "owned" }
    }
    gpu-parked = {
      template = "gpu", min = 0, max = 4, desired = 0, suspended = []
      tags     = { "afterhours:schedule" = "office" }
    }
    gpu-protected = {
      template = "gpu", min = 1, max = 3, desired = 2, suspended = []
      tags     = { "afterhours:schedule" = "office", "afterhours:protect" = "true" }
    }
    gpu-untagged = {
      template = "gpu", min = 1, max = 2, desired = 1, suspended = []
      tags     = {}
    }
    cpu-web = {
      template = "cpu", min = 2, max = 12, desired = 5, suspended = []
      tags     = { "afterhours:schedule" = "office", Environment = "production" }
    }
  }
}

resource "aws_autoscaling_group" "this" {
  for_each = local.groups

  name                      = each.key
  min_size                  = try(var.group_sizes[each.key].min, each.value.min)
  max_size                  = try(var.group_sizes[each.key].max, each.value.max)
  desired_capacity          = try(var.group_sizes[each.key].desired, each.value.desired)
  vpc_zone_identifier       = aws_subnet.private[*].id
  suspended_processes       = each.value.suspended
  force_delete              = true
  wait_for_capacity_timeout = "0"

  launch_template {
    id      = aws_launch_template.this[each.value.template].id
    version = "$Latest"
  }

  dynamic "tag" {
    for_each = each.value.tags

    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = false
    }
  }
}

resource "aws_autoscaling_policy" "tracking" {
  name                      = "cpu-at-50"
  autoscaling_group_name    = aws_autoscaling_group.this["gpu-training"].name
  policy_type               = "TargetTrackingScaling"
  estimated_instance_warmup = 120

  target_tracking_configuration {
    target_value = 50

    predefined_metric_specification {
      predefined_metric_type = "ASGAverageCPUUtilization"
    }
  }
}

resource "aws_autoscaling_policy" "step" {
  name                    = "out-by-queue"
  autoscaling_group_name  = aws_autoscaling_group.this["gpu-batch"].name
  policy_type             = "StepScaling"
  adjustment_type         = "ChangeInCapacity"
  metric_aggregation_type = "Average"

  step_adjustment {
    metric_interval_lower_bound = 0
    metric_interval_upper_bound = 10
    scaling_adjustment          = 1
  }

  step_adjustment {
    metric_interval_lower_bound = 10
    scaling_adjustment          = 3
  }
}

resource "aws_autoscaling_policy" "simple" {
  name                   = "out-by-one"
  autoscaling_group_name = aws_autoscaling_group.this["gpu-eks"].name
  policy_type            = "SimpleScaling"
  adjustment_type        = "ChangeInCapacity"
  scaling_adjustment     = 1
  cooldown               = 300
}

# A second policy of the same group, which extra.py disables: this provider knows no `enabled`.
resource "aws_autoscaling_policy" "disabled" {
  name                   = "in-by-one"
  autoscaling_group_name = aws_autoscaling_group.this["gpu-eks"].name
  policy_type            = "SimpleScaling"
  adjustment_type        = "ChangeInCapacity"
  scaling_adjustment     = -1
  cooldown               = 300
}

resource "aws_autoscaling_schedule" "weekly" {
  scheduled_action_name  = "monday-out"
  autoscaling_group_name = aws_autoscaling_group.this["gpu-batch"].name
  recurrence             = "0 5 * * 1"
  start_time             = "2031-01-06T05:00:00Z"
  min_size               = 0
  max_size               = 10
  desired_capacity       = 2
}
