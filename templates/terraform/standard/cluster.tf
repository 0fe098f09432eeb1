variable "machine_type" {
  description = "Machine type of the nodes that serve."
  type        = string
  default     = "e2-standard-2"
}

variable "min_nodes" {
  description = "Nodes in all zones together, at least."
  type        = number
  default     = 2
}

variable "max_nodes" {
  description = "Nodes in all zones together, at most."
  type        = number
  default     = 6
}

resource "google_container_cluster" "main" {
  #checkov:skip=CKV_GCP_65:needs groups of a Google Workspace, which not everybody has
  #checkov:skip=CKV_GCP_66:the default policy of Binary Authorization admits every image, and enforcing any takes an API that is off
  name                        = var.name
  location                    = var.region
  deletion_protection         = var.deletion_protection
  resource_labels             = var.labels
  network                     = local.network
  subnetwork                  = local.subnetwork
  datapath_provider           = "ADVANCED_DATAPATH"
  enable_intranode_visibility = true

  # Node pools are resources of their own below; this one is made with the cluster and goes at once.
  remove_default_node_pool = true
  initial_node_count       = 1

  node_config {
    service_account = google_service_account.nodes.email
    oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"]
    disk_size_gb    = 20

    workload_metadata_config {
      mode = "GKE_METADATA"
    }

    shielded_instance_config {
      enable_secure_boot          = true
      enable_integrity_monitoring = true
    }
  }

  ip_allocation_policy {
    cluster_secondary_range_name  = local.pods_range
    services_secondary_range_name = local.services_range
  }

  release_channel {
    channel = "REGULAR"
  }

  gateway_api_config {
    channel = "CHANNEL_STANDARD"
  }

  private_cluster_config {
    enable_private_nodes = true
  }

  workload_identity_config {
    workload_pool = "${var.project_id}.svc.id.goog"
  }

  addons_config {
    http_load_balancing {
      disabled = false
    }

    dns_cache_config {
      enabled = true
    }
  }

  dynamic "master_authorized_networks_config" {
    for_each = length(var.authorized_networks) > 0 ? [var.authorized_networks] : []

    content {
      dynamic "cidr_blocks" {
        for_each = master_authorized_networks_config.value

        content {
          display_name = cidr_blocks.key
          cidr_block   = cidr_blocks.value
        }
      }
    }
  }

  # Dataplane V2 enforces network policies by itself; the block says that the old way is off.
  network_policy {
    enabled = false
  }

  master_auth {
    client_certificate_config {
      issue_client_certificate = false
    }
  }

  security_posture_config {
    mode = "BASIC"
  }

  timeouts {
    create = "40m"
    delete = "40m"
  }

  lifecycle {
    # It describes the pool that is gone.
    ignore_changes = [node_config]
  }

  depends_on = [google_project_iam_member.nodes]
}

resource "google_container_node_pool" "serving" {
  name     = "serving"
  cluster  = google_container_cluster.main.name
  location = var.region

  autoscaling {
    total_min_node_count = var.min_nodes
    total_max_node_count = var.max_nodes
    location_policy      = "BALANCED"
  }

  node_config {
    machine_type    = var.machine_type
    image_type      = "COS_CONTAINERD"
    disk_type       = "pd-balanced"
    disk_size_gb    = 50
    service_account = google_service_account.nodes.email
    oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"]
    resource_labels = var.labels

    metadata = {
      disable-legacy-endpoints = "true"
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

  # One new node before an old one goes: connections move once, and never to a node about to go as well.
  upgrade_settings {
    max_surge       = 1
    max_unavailable = 0
  }
}
