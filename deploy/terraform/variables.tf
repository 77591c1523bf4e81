variable "cloudflare_account_id" {
  description = "Account that owns the R2 bucket"
  type        = string
}

variable "bucket" {
  description = "Name of the R2 bucket"
  type        = string
  default     = "minilab"
}

variable "jurisdiction" {
  description = "Where R2 keeps the bucket: default, eu or fedramp"
  type        = string
  default     = "default"
}

variable "browser_origins" {
  description = "Origins whose pages upload to the bucket or read from it by script"
  type        = list(string)
  default     = []
}

variable "prefix" {
  description = "Beginning of the names of queues and policies"
  type        = string
  default     = "minilab"
}
