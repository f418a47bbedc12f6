# Instances, volumes, launch templates and key pairs: every type that provider 3.39.0 and moto know, in several shapes.
locals {
  compute_tags  = { Team = "ml-team", Part = "compute" }
  compute_image = "ami-12c6146b"
  compute_keys = {
    ops = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH9hiyIHkEQ6pEp0dC2Bgzj+mMCy/z6LHJBOzSk8LOqx ops"
    dev = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDJ1rROGJrNRtDkK+UE+xNoGaVTPDRUQ+Nm5d1m0f6YwWRKgjyKBxQ6T0ZlqgrD4d3mBMsbtZn4bZKtnW7GYQ0M1vTc0W3mL0dOh4QPz5v2q+1rTBX3bRL1nKe7Q1uqCOrP0GxMd1xk3cv4rUiYXk7yQ8q5gC0Mxhk2o0CTRRsc8q6nUyOeBJD4K5vRg1dXn2g4H6mYhJ8dTg9+e7T1E4oP4hJ9wKvQmQkC3n1kDqJm2bLw4o5ZyKxQ9iC9mVq3u0sXvPhV7GJ2Z0x1aVmN1lcRbF0m9r3l6H2kz0cYjDdWm5tQe1Xo8h4vKfYp7jRz2uQn5w6s8yTxAzBcDe3fGhIj dev"
  }
}

resource "aws_vpc" "compute" {
  cidr_block = "10.60.0.0/16"
  tags       = local.compute_tags
}

resource "aws_subnet" "compute" {
  count = 2

  vpc_id            = aws_vpc.compute.id
  availability_zone = "${var.region}${count.index == 0 ? "a" : "b"}"
  cidr_block        = cidrsubnet(aws_vpc.compute.cidr_block, 8, count.index)
}

resource "aws_security_group" "compute" {
  for_each = toset(["workers", "bastion"])

  name        = "compute-${each.key}"
  description = "The ${each.key}"
  vpc_id      = aws_vpc.compute.id
}

resource "aws_iam_role" "compute" {
  name = "compute"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_instance_profile" "compute" {
  name = "compute"
  role = aws_iam_role.compute.name
}

resource "aws_key_pair" "compute" {
  for_each = local.compute_keys

  key_name   = "compute-${each.key}"
  public_key = each.value
  tags       = each.key == "ops" ? local.compute_tags : {}
}

# Everything that moto keeps of an instance.
resource "aws_instance" "full" {
  ami                                  = local.compute_image
  instance_type                        = "t3.large"
  subnet_id                            = aws_subnet.compute[0].id
  vpc_security_group_ids               = [aws_security_group.compute["workers"].id, aws_security_group.compute["bastion"].id]
  key_name                             = aws_key_pair.compute["ops"].key_name
  iam_instance_profile                 = aws_iam_instance_profile.compute.name
  private_ip                           = "10.60.0.10"
  source_dest_check                    = false
  instance_initiated_shutdown_behavior = "terminate"
  ebs_optimized                        = true
  user_data                            = "#!/bin/sh\nexport DATABASE_PASSWORD=correct-horse-battery-staple\n"

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }

  credit_specification {
    cpu_credits = "standard"
  }

  root_block_device {
    volume_type           = "gp3"
    volume_size           = 40
    encrypted             = true
    delete_on_termination = true
    tags                  = { Role = "root" }
  }

  ebs_block_device {
    device_name = "/dev/sdf"
    volume_size = 20
    volume_type = "gp2"
    encrypted   = true
    tags        = { Role = "scratch" }
  }

  tags = merge(local.compute_tags, { Name = "full", Empty = "" })
}

# The same kind several times, with the tags of all its volumes in one map.
resource "aws_instance" "worker" {
  count = 2

  ami                    = local.compute_image
  instance_type          = count.index == 0 ? "m5.large" : "t2.micro"
  subnet_id              = aws_subnet.compute[count.index].id
  vpc_security_group_ids = [aws_security_group.compute["workers"].id]
  user_data_base64       = base64encode("worker ${count.index}")
  volume_tags            = { Team = "ml-team" }
  tags                   = local.compute_tags
}

# Nothing but what is required.
resource "aws_instance" "bare" {
  ami           = local.compute_image
  instance_type = "t3.micro"
}

# A network interface of its own.
resource "aws_network_interface" "compute" {
  subnet_id       = aws_subnet.compute[1].id
  private_ips     = ["10.60.1.20"]
  security_groups = [aws_security_group.compute["bastion"].id]
}

resource "aws_instance" "interface" {
  ami           = local.compute_image
  instance_type = "m5.large"

  network_interface {
    device_index         = 0
    network_interface_id = aws_network_interface.compute.id
  }
}

resource "aws_ebs_volume" "data" {
  for_each = {
    gp3 = { type = "gp3", iops = 4000, throughput = 250 }
    io1 = { type = "io1", iops = 500, throughput = null }
    st1 = { type = "st1", iops = null, throughput = null }
  }

  availability_zone = "${var.region}a"
  size              = 500
  type              = each.value.type
  iops              = each.value.iops
  throughput        = each.value.throughput
  encrypted         = each.key == "gp3"
  tags              = merge(local.compute_tags, { Name = each.key })
}

resource "aws_ebs_volume" "bare" {
  availability_zone = "${var.region}b"
  size              = 8
}

resource "aws_volume_attachment" "data" {
  for_each = { "/dev/sdg" = "gp3", "/dev/sdh" = "io1" }

  device_name = each.key
  volume_id   = aws_ebs_volume.data[each.value].id
  instance_id = aws_instance.worker[0].id
}

resource "aws_launch_template" "full" {
  name                                 = "compute-full"
  description                          = "Training workers"
  image_id                             = local.compute_image
  instance_type                        = "p3.2xlarge"
  key_name                             = aws_key_pair.compute["ops"].key_name
  ebs_optimized                        = true
  disable_api_termination              = true
  instance_initiated_shutdown_behavior = "terminate"
  user_data                            = base64encode("#!/bin/sh\nexport TRAINING_TOKEN=tr0ub4dor-and-3\n")
  update_default_version               = true

  iam_instance_profile {
    name = aws_iam_instance_profile.compute.name
  }

  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_size           = 100
      volume_type           = "gp3"
      iops                  = 3000
      throughput            = 125
      encrypted             = "true"
      delete_on_termination = "true"
    }
  }

  block_device_mappings {
    device_name  = "/dev/sdb"
    virtual_name = "ephemeral0"
  }

  network_interfaces {
    device_index                = 0
    associate_public_ip_address = "false"
    delete_on_termination       = "true"
    subnet_id                   = aws_subnet.compute[0].id
    security_groups             = [aws_security_group.compute["workers"].id]
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  monitoring {
    enabled = true
  }

  placement {
    availability_zone = "${var.region}a"
    tenancy           = "default"
  }

  cpu_options {
    core_count       = 4
    threads_per_core = 1
  }

  enclave_options {
    enabled = false
  }

  instance_market_options {
    market_type = "spot"
    spot_options {
      max_price          = "1.25"
      spot_instance_type = "one-time"
    }
  }

  capacity_reservation_specification {
    capacity_reservation_preference = "open"
  }

  tag_specifications {
    resource_type = "instance"
    tags          = { Name = "trainer", Team = "ml-team" }
  }

  tag_specifications {
    resource_type = "volume"
    tags          = { Team = "ml-team" }
  }

  tags = local.compute_tags
}

resource "aws_launch_template" "plain" {
  for_each = toset(["cpu", "gpu"])

  name_prefix            = "compute-${each.key}-"
  image_id               = local.compute_image
  instance_type          = each.key == "cpu" ? "t3.large" : "g4dn.xlarge"
  vpc_security_group_ids = [aws_security_group.compute["workers"].id]

  credit_specification {
    cpu_credits = "standard"
  }
}

resource "aws_launch_template" "bare" {
  name = "compute-bare"
}
