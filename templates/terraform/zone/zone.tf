# A zone for the host alone: the domain's own DNS delegates it once, by NS records with the name servers below.
resource "google_dns_managed_zone" "host" {
  name        = "${var.name}-zone"
  dns_name    = "${var.host}."
  description = "Records of ${var.host}"
  depends_on  = [google_project_service.api]

  # What somebody else put into it goes with it: a zone with records in it cannot be deleted.
  force_destroy = true

  dnssec_config {
    state = "on"
  }
}

resource "google_dns_record_set" "host" {
  managed_zone = google_dns_managed_zone.host.name
  name         = "${var.host}."
  type         = "A"
  ttl          = 300
  rrdatas      = [google_compute_global_address.entry.address]
}

output "name_servers" {
  description = "What the NS records of the host hold in the domain's own DNS."
  value       = google_dns_managed_zone.host.name_servers
}
