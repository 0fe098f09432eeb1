# A cluster that others look after, with its network and nodes: it is read, and nothing here changes it.
variable "cluster" {
  description = "Name of the cluster, in the same project."
  type        = string
}

variable "cluster_location" {
  description = "Zone or region of the cluster."
  type        = string
}

data "google_container_cluster" "main" {
  name     = var.cluster
  location = var.cluster_location
}

data "google_project" "main" {
  project_id = var.project_id
}

locals {
  network = data.google_container_cluster.main.network

  accounts = flatten([
    [for pool in data.google_container_cluster.main.node_pool : [for node in pool.node_config : node.service_account]],
    [for scaling in data.google_container_cluster.main.cluster_autoscaling :
    [for node in scaling.auto_provisioning_defaults : node.service_account if node.service_account != "default"]],
  ])
}

# The nodes may pull this app's images, by the accounts that they have; without one of their own they are Compute Engine's.
resource "google_artifact_registry_repository_iam_member" "nodes" {
  for_each = toset([
    for account in compact(local.accounts) :
    account == "default" ? "${data.google_project.main.number}-compute@developer.gserviceaccount.com" : account
  ])

  location   = google_artifact_registry_repository.images.location
  repository = google_artifact_registry_repository.images.name
  role       = "roles/artifactregistry.reader"
  member     = "serviceAccount:${each.key}"
}

output "network" {
  description = "The network that the cluster is in."
  value       = local.network
}
