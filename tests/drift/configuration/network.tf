# EC2 networks: every type that provider 3.39.0 and moto know, in several shapes.
locals {
  network_zones = { a = "${var.region}a", b = "${var.region}b" }
  network_tags  = { Team = "ml-team", Part = "network" }
}

resource "aws_vpc" "network" {
  cidr_block                       = "10.40.0.0/16"
  assign_generated_ipv6_cidr_block = true
  enable_dns_support               = true
  enable_dns_hostnames             = true
  tags                             = merge(local.network_tags, { Name = "network" })
}

resource "aws_vpc" "network_bare" {
  count = 2

  cidr_block         = "10.${41 + count.index}.0.0/16"
  enable_dns_support = count.index == 0
}

resource "aws_subnet" "network" {
  for_each = local.network_zones

  vpc_id                  = aws_vpc.network.id
  availability_zone       = each.value
  cidr_block              = cidrsubnet(aws_vpc.network.cidr_block, 8, each.key == "a" ? 1 : 2)
  map_public_ip_on_launch = each.key == "a"
  tags                    = local.network_tags
}

# Nothing uses it, so that it can be deleted.
resource "aws_subnet" "network_spare" {
  vpc_id            = aws_vpc.network.id
  availability_zone = "${var.region}c"
  cidr_block        = cidrsubnet(aws_vpc.network.cidr_block, 8, 3)
}

resource "aws_internet_gateway" "network" {
  vpc_id = aws_vpc.network.id
  tags   = local.network_tags
}

resource "aws_internet_gateway" "network_detached" {
}

resource "aws_egress_only_internet_gateway" "network" {
  vpc_id = aws_vpc.network.id
}

resource "aws_eip" "network" {
  count = 2

  vpc  = true
  tags = merge(local.network_tags, { Number = count.index })
}

resource "aws_eip" "network_nat" {
  vpc        = true
  depends_on = [aws_internet_gateway.network]
}

resource "aws_nat_gateway" "network" {
  allocation_id = aws_eip.network_nat.id
  subnet_id     = aws_subnet.network["a"].id
  tags          = local.network_tags
}

resource "aws_network_interface" "network" {
  subnet_id       = aws_subnet.network["b"].id
  private_ips     = ["10.40.2.10"]
  security_groups = [aws_security_group.network_rules.id]
}

resource "aws_eip_association" "network" {
  allocation_id        = aws_eip.network[0].id
  network_interface_id = aws_network_interface.network.id
}

# Inline routes.
resource "aws_route_table" "network_public" {
  vpc_id = aws_vpc.network.id
  tags   = local.network_tags

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.network.id
  }

  route {
    ipv6_cidr_block        = "::/0"
    egress_only_gateway_id = aws_egress_only_internet_gateway.network.id
  }
}

# Standalone routes.
resource "aws_route_table" "network_private" {
  vpc_id = aws_vpc.network.id
}

resource "aws_route" "network_nat" {
  route_table_id         = aws_route_table.network_private.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.network.id
}

resource "aws_route" "network_interface" {
  route_table_id         = aws_route_table.network_private.id
  destination_cidr_block = "192.168.0.0/24"
  network_interface_id   = aws_network_interface.network.id
}

resource "aws_route" "network_ipv6" {
  route_table_id              = aws_route_table.network_private.id
  destination_ipv6_cidr_block = "::/0"
  egress_only_gateway_id      = aws_egress_only_internet_gateway.network.id
}

resource "aws_route_table" "network_main" {
  vpc_id = aws_vpc.network_bare[0].id
}

resource "aws_route_table_association" "network" {
  for_each = local.network_zones

  subnet_id      = aws_subnet.network[each.key].id
  route_table_id = each.key == "a" ? aws_route_table.network_public.id : aws_route_table.network_private.id
}

resource "aws_main_route_table_association" "network" {
  vpc_id         = aws_vpc.network_bare[0].id
  route_table_id = aws_route_table.network_main.id
}

resource "aws_vpc_endpoint" "network_gateway" {
  vpc_id            = aws_vpc.network.id
  service_name      = "com.amazonaws.${var.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.network_private.id, aws_route_table.network_public.id]
  tags              = local.network_tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Read"
      Effect    = "Allow"
      Principal = "*"
      Action    = ["s3:GetObject", "s3:ListBucket"]
      Resource  = ["arn:aws:s3:::ml-data", "arn:aws:s3:::ml-data/*"]
    }]
  })
}

resource "aws_vpc_endpoint" "network_interface" {
  vpc_id              = aws_vpc.network.id
  service_name        = "com.amazonaws.${var.region}.sagemaker.runtime"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = [for subnet in aws_subnet.network : subnet.id]
  security_group_ids  = [aws_security_group.network_inline.id, aws_security_group.network_rules.id]
  private_dns_enabled = true
}

# Inline rules.
resource "aws_security_group" "network_inline" {
  name        = "network-inline"
  description = "Inline rules"
  vpc_id      = aws_vpc.network.id
  tags        = local.network_tags

  ingress {
    description = "office"
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["10.0.0.0/8", "172.16.0.0/12"]
  }

  ingress {
    description      = "office"
    protocol         = "tcp"
    from_port        = 443
    to_port          = 443
    ipv6_cidr_blocks = ["fd00::/8"]
  }

  ingress {
    protocol  = "-1"
    from_port = 0
    to_port   = 0
    self      = true
  }

  ingress {
    description     = "peers"
    protocol        = "udp"
    from_port       = 5000
    to_port         = 5010
    security_groups = [aws_security_group.network_rules.id]
  }

  ingress {
    description = "ping"
    protocol    = "icmp"
    from_port   = -1
    to_port     = -1
    cidr_blocks = ["10.0.0.0/8"]
  }

  egress {
    protocol         = "-1"
    from_port        = 0
    to_port          = 0
    cidr_blocks      = ["0.0.0.0/0"]
    ipv6_cidr_blocks = ["::/0"]
  }
}

# Standalone rules.
resource "aws_security_group" "network_rules" {
  name_prefix            = "network-rules-"
  vpc_id                 = aws_vpc.network.id
  revoke_rules_on_delete = true
}

resource "aws_security_group_rule" "network" {
  for_each = {
    web    = { type = "ingress", protocol = "tcp", port = 443, cidr_blocks = ["10.0.0.0/8", "192.168.0.0/16"], ipv6_cidr_blocks = ["fd00::/8"] }
    office = { type = "ingress", protocol = "tcp", port = 22, cidr_blocks = ["10.1.0.0/16"], ipv6_cidr_blocks = null }
    metric = { type = "ingress", protocol = "tcp", port = 22, cidr_blocks = ["10.2.0.0/16"], ipv6_cidr_blocks = null }
    all    = { type = "egress", protocol = "-1", port = 0, cidr_blocks = ["0.0.0.0/0"], ipv6_cidr_blocks = null }
  }

  security_group_id = aws_security_group.network_rules.id
  type              = each.value.type
  protocol          = each.value.protocol
  from_port         = each.value.port
  to_port           = each.value.port
  cidr_blocks       = each.value.cidr_blocks
  ipv6_cidr_blocks  = each.value.ipv6_cidr_blocks
  description       = each.key
}

resource "aws_security_group_rule" "network_self" {
  security_group_id = aws_security_group.network_rules.id
  type              = "ingress"
  protocol          = "tcp"
  from_port         = 8000
  to_port           = 8999
  self              = true
}

resource "aws_security_group_rule" "network_group" {
  security_group_id        = aws_security_group.network_rules.id
  type                     = "ingress"
  protocol                 = "tcp"
  from_port                = 9000
  to_port                  = 9000
  source_security_group_id = aws_security_group.network_source.id
  description              = "from the source"
}

resource "aws_security_group" "network_source" {
  name   = "network-source"
  vpc_id = aws_vpc.network.id
}

# Nothing uses it, so that it can be deleted.
resource "aws_security_group" "network_spare" {
  name   = "network-spare"
  vpc_id = aws_vpc.network.id
}

resource "aws_cloudwatch_log_group" "network" {
  name = "/drift/network"
}

resource "aws_s3_bucket" "network" {
  bucket = "drift-network-flow-logs"
}

resource "aws_iam_role" "network" {
  name = "drift-network-flow-logs"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "vpc-flow-logs.amazonaws.com" } }]
  })
}

resource "aws_flow_log" "network_group" {
  vpc_id          = aws_vpc.network.id
  traffic_type    = "ALL"
  iam_role_arn    = aws_iam_role.network.arn
  log_destination = aws_cloudwatch_log_group.network.arn
  tags            = local.network_tags
}

resource "aws_flow_log" "network_bucket" {
  subnet_id                = aws_subnet.network["a"].id
  traffic_type             = "REJECT"
  log_destination_type     = "s3"
  log_destination          = aws_s3_bucket.network.arn
  max_aggregation_interval = 60
  log_format               = "$${version} $${account-id} $${srcaddr} $${dstaddr} $${action}"
}

# What AWS made and Terraform adopted.
resource "aws_default_vpc" "network" {
  tags = { Name = "default" }
}

resource "aws_default_subnet" "network" {
  availability_zone = "${var.region}a"
}

resource "aws_default_security_group" "network" {
  vpc_id = aws_vpc.network.id

  ingress {
    protocol  = "-1"
    from_port = 0
    to_port   = 0
    self      = true
  }
}

resource "aws_default_route_table" "network" {
  default_route_table_id = aws_vpc.network.default_route_table_id
  tags                   = local.network_tags

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.network.id
  }
}
