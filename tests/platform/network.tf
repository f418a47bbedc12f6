resource "aws_vpc" "this" {
  cidr_block = "10.20.0.0/16"

  tags = { Name = "afterhours-sample" }
}

resource "aws_subnet" "private" {
  count = 2

  vpc_id            = aws_vpc.this.id
  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 4, count.index)
  availability_zone = "${var.region}${element(["a", "b"], count.index)}"

  tags = { Name = "afterhours-sample-${count.index}" }
}

resource "aws_security_group" "nodes" {
  name        = "afterhours-sample-nodes"
  description = "Nodes of the sample platform"
  vpc_id      = aws_vpc.this.id

  egress {
    description = "All to anywhere"
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }

  tags = { Name = "afterhours-sample-nodes" }
}

# Without tags: moto reports a template's own tags as tags of its instances, and each plan would remove them.
resource "aws_launch_template" "this" {
  for_each = { gpu = "g4dn.xlarge", cpu = "m5.large" }

  name                   = "afterhours-sample-${each.key}"
  image_id               = "ami-12c6146b"
  instance_type          = each.value
  vpc_security_group_ids = [aws_security_group.nodes.id]
}
