# Nodes have no addresses of their own; this is their way out, for instance to a database elsewhere.
resource "google_compute_router" "nat" {
  name        = "${var.name}-router"
  description = "rtdeploy:${var.name}"
  region      = var.region
  network     = google_compute_network.main.id
}

resource "google_compute_router_nat" "nat" {
  name                               = "${var.name}-nat"
  router                             = google_compute_router.nat.name
  region                             = var.region
  nat_ip_allocate_option             = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat = "ALL_SUBNETWORKS_ALL_IP_RANGES"

  log_config {
    enable = true
    filter = "ERRORS_ONLY"
  }
}
