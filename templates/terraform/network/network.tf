resource "google_compute_network" "main" {
  #checkov:skip=CKV2_GCP_18:nothing comes in but by the rules that the cluster makes for its load balancer
  name                    = "${var.name}-vpc"
  description             = "rtdeploy:${var.name}"
  auto_create_subnetworks = false
  depends_on              = [google_project_service.api]

  timeouts {
    # Rules and groups that the cluster made go some minutes after the cluster itself.
    delete = "15m"
  }
}

# Pods and Services have ranges of their own (VPC-native): the load balancer sends straight to pods.
resource "google_compute_subnetwork" "nodes" {
  name                     = "${var.name}-nodes"
  description              = "rtdeploy:${var.name}"
  region                   = var.region
  network                  = google_compute_network.main.id
  ip_cidr_range            = "10.10.0.0/20"
  private_ip_google_access = true

  secondary_ip_range {
    range_name    = "pods"
    ip_cidr_range = "10.20.0.0/16"
  }

  secondary_ip_range {
    range_name    = "services"
    ip_cidr_range = "10.30.0.0/20"
  }

  # One connection in ten, summed up over ten minutes: enough to see who talked, too little to cost anything.
  log_config {
    aggregation_interval = "INTERVAL_10_MIN"
    flow_sampling        = 0.1
    metadata             = "INCLUDE_ALL_METADATA"
  }
}

locals {
  network        = google_compute_network.main.id
  subnetwork     = google_compute_subnetwork.nodes.id
  pods_range     = "pods"
  services_range = "services"
}
