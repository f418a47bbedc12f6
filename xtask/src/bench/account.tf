# An account full of EC2: as many resources as `resources` says, 100 at least, in the types and proportions of a
# platform with many teams: much network, many rules, some machines. `account.py` makes the same objects.
terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "3.39.0"
    }
  }
}

variable "endpoint" {
  description = "Address of the local AWS that all services are called at, such as http://127.0.0.1:5000."
  type        = string
}

variable "resources" {
  description = "How many resources to make."
  type        = number
}

variable "region" {
  description = "Region in which everything stands."
  type        = string
  default     = "eu-central-1"
}

provider "aws" {
  region                      = var.region
  access_key                  = "terraform"
  secret_key                  = "terraform"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = false

  endpoints {
    ec2 = var.endpoint
    iam = var.endpoint
    sts = var.endpoint
  }
}

locals {
  hundreds = floor(var.resources / 100)
  zones    = ["${var.region}a", "${var.region}b", "${var.region}c"]

  # Of each hundred; the rest are rules of security groups.
  vpcs      = max(1, floor(local.hundreds / 10))
  subnets   = 12 * local.hundreds
  groups    = 14 * local.hundreds
  volumes   = 10 * local.hundreds
  addresses = 2 * local.hundreds
  machines  = local.hundreds
  templates = local.hundreds
  keys      = local.hundreds
  others    = 2 * local.vpcs + 4 * local.subnets + local.groups + local.volumes + local.addresses + local.machines + local.templates + local.keys
  rules     = var.resources - local.others
}

resource "aws_vpc" "team" {
  count = local.vpcs

  cidr_block           = "10.${count.index}.0.0/16"
  enable_dns_hostnames = true
  tags                 = { Name = "team-${count.index}", Team = "ml-team" }
}

resource "aws_internet_gateway" "team" {
  count = local.vpcs

  vpc_id = aws_vpc.team[count.index].id
  tags   = { Team = "ml-team" }
}

resource "aws_subnet" "team" {
  count = local.subnets

  vpc_id            = aws_vpc.team[count.index % local.vpcs].id
  availability_zone = local.zones[count.index % 3]
  cidr_block        = "10.${count.index % local.vpcs}.${floor(count.index / local.vpcs)}.0/24"
  tags              = { Name = "subnet-${count.index}", Team = "ml-team" }
}

resource "aws_route_table" "team" {
  count = local.subnets

  vpc_id = aws_vpc.team[count.index % local.vpcs].id
  tags   = { Name = "table-${count.index}" }
}

resource "aws_route" "internet" {
  count = local.subnets

  route_table_id         = aws_route_table.team[count.index].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.team[count.index % local.vpcs].id
}

resource "aws_route_table_association" "team" {
  count = local.subnets

  subnet_id      = aws_subnet.team[count.index].id
  route_table_id = aws_route_table.team[count.index].id
}

# Every second one has its rules inline.
resource "aws_security_group" "inline" {
  count = floor(local.groups / 2)

  name        = "inline-${count.index}"
  description = "Service ${count.index}"
  vpc_id      = aws_vpc.team[count.index % local.vpcs].id
  tags        = { Team = "ml-team" }

  ingress {
    description = "office"
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["10.0.0.0/8", "172.16.0.0/12"]
  }

  ingress {
    protocol  = "-1"
    from_port = 0
    to_port   = 0
    self      = true
  }

  # The one that AWS makes.
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group" "standalone" {
  count = local.groups - floor(local.groups / 2)

  name   = "standalone-${count.index}"
  vpc_id = aws_vpc.team[count.index % local.vpcs].id
  tags   = { Team = "ops" }
}

resource "aws_security_group_rule" "team" {
  count = local.rules

  security_group_id = aws_security_group.standalone[count.index % length(aws_security_group.standalone)].id
  type              = "ingress"
  protocol          = "tcp"
  from_port         = 8000 + count.index
  to_port           = 8000 + count.index
  cidr_blocks       = ["10.0.0.0/8"]
  description       = "service ${count.index}"
}

resource "aws_ebs_volume" "data" {
  count = local.volumes

  availability_zone = local.zones[count.index % 3]
  size              = 100
  type              = "gp3"
  encrypted         = true
  tags              = { Name = "data-${count.index}", Team = "ml-team" }
}

resource "aws_eip" "team" {
  count = local.addresses

  vpc  = true
  tags = { Number = count.index }
}

resource "aws_key_pair" "team" {
  count = local.keys

  key_name   = "team-${count.index}"
  public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH9hiyIHkEQ6pEp0dC2Bgzj+mMCy/z6LHJBOzSk8LOqx ops"
}

resource "aws_launch_template" "team" {
  count = local.templates

  name          = "team-${count.index}"
  image_id      = "ami-12c6146b"
  instance_type = "t3.large"
  tags          = { Team = "ml-team" }
}

resource "aws_instance" "team" {
  count = local.machines

  ami                    = "ami-12c6146b"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.team[count.index].id
  vpc_security_group_ids = [aws_security_group.inline[count.index].id]
  tags                   = { Name = "machine-${count.index}", Team = "ml-team" }
}
