resource "cloudflare_r2_bucket" "minilab" {
  account_id   = var.cloudflare_account_id
  name         = var.bucket
  jurisdiction = var.jurisdiction
}

# Direct uploads that became no job, and multipart uploads that broke off.
resource "cloudflare_r2_bucket_lifecycle" "minilab" {
  account_id   = var.cloudflare_account_id
  bucket_name  = cloudflare_r2_bucket.minilab.name
  jurisdiction = var.jurisdiction

  rules = [
    {
      id         = "uploads"
      enabled    = true
      conditions = { prefix = "uploads/" }
      delete_objects_transition = {
        condition = { type = "Age", max_age = 86400 }
      }
    },
    {
      id         = "multipart"
      enabled    = true
      conditions = { prefix = "" }
      abort_multipart_uploads_transition = {
        condition = { type = "Age", max_age = 86400 }
      }
    },
  ]
}

resource "cloudflare_r2_bucket_cors" "minilab" {
  count        = length(var.browser_origins) > 0 ? 1 : 0
  account_id   = var.cloudflare_account_id
  bucket_name  = cloudflare_r2_bucket.minilab.name
  jurisdiction = var.jurisdiction

  rules = [
    {
      allowed = {
        origins = var.browser_origins
        methods = ["GET", "HEAD", "PUT"]
        headers = ["content-type", "if-none-match"]
      }
      expose_headers  = ["ETag"]
      max_age_seconds = 3600
    },
  ]
}
