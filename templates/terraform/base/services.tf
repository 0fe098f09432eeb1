variable "services" {
  description = "APIs that this needs."
  type        = set(string)
}

# They stay on when this is destroyed: others in the project may use them, and an API by itself costs nothing.
resource "google_project_service" "api" {
  for_each           = var.services
  service            = each.key
  disable_on_destroy = false
}
