variable "endpoint" {
  description = "Address of the local AWS that all services are called at, such as http://127.0.0.1:5000."
  type        = string
}

variable "region" {
  description = "Region in which the platform stands."
  type        = string
  default     = "eu-central-1"
}

variable "bucket_name" {
  description = "Name of the versioned bucket for the scaler's documents."
  type        = string
  default     = "afterhours-sample"
}

variable "group_sizes" {
  description = "Sizes of Auto Scaling groups by name, which a run may choose at random; a group that is left out has the size given in groups.tf."
  type = map(object({
    min     = number
    max     = number
    desired = number
  }))
  default = {}

  validation {
    condition     = alltrue([for size in values(var.group_sizes) : 0 <= size.min && size.min <= size.desired && size.desired <= size.max])
    error_message = "Each size needs 0 <= min <= desired <= max."
  }
}

variable "endpoint_counts" {
  description = "Instances of the first variant of SageMaker endpoints by name; an endpoint that is left out has one."
  type        = map(number)
  default     = {}

  validation {
    condition     = alltrue([for count in values(var.endpoint_counts) : count >= 1])
    error_message = "A real-time variant has at least one instance."
  }
}
