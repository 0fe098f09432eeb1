# Global, as the load balancers of GKE's Gateway and Ingress are. It outlives them: DNS keeps pointing to it.
resource "google_compute_global_address" "entry" {
  name       = "${var.name}-ip"
  depends_on = [google_project_service.api]
}

output "address" {
  description = "Where people come in; what a DNS record of type A holds."
  value       = google_compute_global_address.entry.address
}
