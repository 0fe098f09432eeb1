variable "deletion_protection" {
  description = "Refuses to destroy the cluster; `rtdeploy down` switches it off after a yes."
  type        = bool
  default     = true
}

variable "authorized_networks" {
  description = "Addresses that may reach the control plane, by name; from everywhere when empty, always with a Google login."
  type        = map(string)
  default     = {}
}
