resource "google_dns_record_set" "certificate" {
  managed_zone = google_dns_managed_zone.host.name
  name         = google_certificate_manager_dns_authorization.host.dns_resource_record[0].name
  type         = google_certificate_manager_dns_authorization.host.dns_resource_record[0].type
  ttl          = 300
  rrdatas      = [google_certificate_manager_dns_authorization.host.dns_resource_record[0].data]
}
