# A network that others look after: the cluster is put into it, and nothing here changes it.
variable "network" {
  description = "Name of the network, in the same project."
  type        = string
}

variable "subnetwork" {
  description = "Name of the subnetwork for the nodes, in the same region."
  type        = string
}

variable "pods_range" {
  description = "Secondary range for pods; GKE makes one, and takes it away with the cluster, when null."
  type        = string
  default     = null
}

variable "services_range" {
  description = "Secondary range for Services; one of Google's own when null."
  type        = string
  default     = null
}

locals {
  network        = "projects/${var.project_id}/global/networks/${var.network}"
  subnetwork     = "projects/${var.project_id}/regions/${var.region}/subnetworks/${var.subnetwork}"
  pods_range     = var.pods_range
  services_range = var.services_range
}
