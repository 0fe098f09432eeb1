variable "spot_machine_type" {
  description = "Machine type of the Spot nodes."
  type        = string
  default     = "e2-standard-2"
}

variable "spot_max_nodes" {
  description = "Spot nodes in all zones together, at most."
  type        = number
  default     = 3
}

# Cheap nodes that Google takes back with 30 seconds notice. The taint keeps away what does not ask for them.
resource "google_container_node_pool" "spot" {
  name     = "spot"
  cluster  = google_container_cluster.main.name
  location = var.region

  autoscaling {
    total_min_node_count = 0
    total_max_node_count = var.spot_max_nodes
    location_policy      = "ANY"
  }

  node_config {
    machine_type    = var.spot_machine_type
    spot            = true
    image_type      = "COS_CONTAINERD"
    disk_type       = "pd-balanced"
    disk_size_gb    = 50
    service_account = google_service_account.nodes.email
    oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"]
    resource_labels = var.labels

    metadata = {
      disable-legacy-endpoints = "true"
    }

    taint {
      key    = "rtdeploy.dev/spot"
      value  = "true"
      effect = "NO_SCHEDULE"
    }

    workload_metadata_config {
      mode = "GKE_METADATA"
    }

    shielded_instance_config {
      enable_secure_boot          = true
      enable_integrity_monitoring = true
    }
  }

  management {
    auto_repair  = true
    auto_upgrade = true
  }
}
