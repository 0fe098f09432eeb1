# Proven by a DNS record, so the certificate is there before the first request and renews by itself.
resource "google_certificate_manager_dns_authorization" "host" {
  name       = "${var.name}-host"
  domain     = var.host
  depends_on = [google_project_service.api]
}

resource "google_certificate_manager_certificate" "host" {
  name = "${var.name}-cert"

  managed {
    domains            = [google_certificate_manager_dns_authorization.host.domain]
    dns_authorizations = [google_certificate_manager_dns_authorization.host.id]
  }
}

# The Gateway names this map in its annotation networking.gke.io/certmap.
resource "google_certificate_manager_certificate_map" "entry" {
  name       = var.name
  depends_on = [google_project_service.api]
}

resource "google_certificate_manager_certificate_map_entry" "host" {
  name         = "${var.name}-host"
  map          = google_certificate_manager_certificate_map.entry.name
  certificates = [google_certificate_manager_certificate.host.id]
  hostname     = var.host
}

output "certificate_record" {
  description = "The DNS record that proves the host is yours."
  value       = google_certificate_manager_dns_authorization.host.dns_resource_record[0]
}
