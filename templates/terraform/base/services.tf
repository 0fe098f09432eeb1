locals {
  services = toset([
    "artifactregistry.googleapis.com",
    "certificatemanager.googleapis.com",
    "compute.googleapis.com",
    "container.googleapis.com",
    "dns.googleapis.com",
    "iam.googleapis.com",
    "redis.googleapis.com",
    "secretmanager.googleapis.com",
  ])
}

# They stay on when this is destroyed: others in the project may use them, and an API by itself costs nothing.
resource "google_project_service" "api" {
  for_each           = local.services
  service            = each.key
  disable_on_destroy = false
}
