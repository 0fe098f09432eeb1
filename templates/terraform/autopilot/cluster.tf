# Autopilot: Google runs the nodes, pods are paid for what they request.
resource "google_container_cluster" "main" {
  #checkov:skip=CKV_GCP_12:Autopilot always enforces network policies (Dataplane V2)
  #checkov:skip=CKV_GCP_61:Autopilot always has intranode visibility
  #checkov:skip=CKV_GCP_69:Autopilot always has the metadata server
  #checkov:skip=CKV_GCP_65:needs groups of a Google Workspace, which not everybody has
  #checkov:skip=CKV_GCP_66:the default policy of Binary Authorization admits every image, and enforcing any takes an API that is off
  name                = var.name
  location            = var.region
  enable_autopilot    = true
  deletion_protection = var.deletion_protection
  resource_labels     = var.labels
  network             = local.network
  subnetwork          = local.subnetwork

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

  cluster_autoscaling {
    auto_provisioning_defaults {
      service_account = google_service_account.nodes.email
      oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"]
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

  security_posture_config {
    mode = "BASIC"
  }

  master_auth {
    client_certificate_config {
      issue_client_certificate = false
    }
  }

  timeouts {
    create = "40m"
    delete = "40m"
  }

  depends_on = [google_project_iam_member.nodes]
}
