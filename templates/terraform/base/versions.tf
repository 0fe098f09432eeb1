terraform {
  required_version = ">= 1.5"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 7.17, < 9"
    }
  }

  # rtdeploy names the bucket and makes it. By hand: terraform init -backend-config=bucket=BUCKET -backend-config=prefix=PREFIX
  backend "gcs" {}
}

provider "google" {
  project = var.project_id
  region  = var.region

  # Every label on every resource: what `rtdeploy down` finds again when the state is lost.
  default_labels = var.labels
}
