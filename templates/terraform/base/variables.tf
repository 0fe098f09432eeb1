# Values come from terraform.tfvars.json, which rtdeploy makes from rtdeploy.yaml.

variable "project_id" {
  description = "Google Cloud project that everything belongs to."
  type        = string
}

variable "region" {
  description = "Region of network, cluster and images."
  type        = string
}

variable "name" {
  description = "Name of cluster, repository and address; prefix of all others."
  type        = string

  validation {
    condition     = can(regex("^[a-z]([-a-z0-9]{0,28}[a-z0-9])?$", var.name))
    error_message = "The name has a-z, 0-9 and hyphens, begins with a letter, and is at most 30 characters long."
  }
}

variable "labels" {
  description = "Labels of every resource that takes labels."
  type        = map(string)
}
