variable "redis_tier" {
  description = "STANDARD_HA has a replica in another zone; BASIC is away, and empty afterwards, at each maintenance."
  type        = string
  default     = "STANDARD_HA"
}

variable "redis_memory_gb" {
  description = "Memory in GiB. Messages only pass through, so the smallest is enough for a long time."
  type        = number
  default     = 1
}

resource "google_redis_instance" "main" {
  #checkov:skip=CKV_GCP_97:only this cluster is on its network; TLS would need the instance's own authority in the app
  name               = "${var.name}-redis"
  region             = var.region
  tier               = var.redis_tier
  memory_size_gb     = var.redis_memory_gb
  redis_version      = "REDIS_7_2"
  authorized_network = local.network
  auth_enabled       = true
  depends_on         = [google_project_service.api]

  timeouts {
    create = "30m"
  }
}

output "redis_host" {
  description = "Where Redis listens, inside the network."
  value       = "${google_redis_instance.main.host}:${google_redis_instance.main.port}"
}
