# The secret itself, without a value: rtdeploy adds the URL as a version, so that it is in no state and in no file.
resource "google_secret_manager_secret" "mongo" {
  secret_id  = "${var.name}-mongodb-url"
  depends_on = [google_project_service.api]

  replication {
    auto {}
  }
}
