# Keygrant by Terraform, with a provider for any REST API: tiers, an API with its scopes and routes, a customer, an app.
# TF_VAR_keygrant_url and TF_VAR_keygrant_api_key say where, and as whom.

terraform {
  required_providers {
    restapi = {
      source  = "Mastercard/restapi"
      version = "~> 3.0"
    }
  }
}

variable "keygrant_url" { type = string }

variable "keygrant_api_key" {
  type      = string
  sensitive = true
}

provider "restapi" {
  uri                  = var.keygrant_url
  bearer_token         = var.keygrant_api_key
  update_method        = "PATCH"
  write_returns_object = true
}

resource "restapi_object" "tier_gold" {
  path          = "/v1/tiers"
  object_id     = "gold"
  id_attribute  = "name"
  create_method = "PUT"
  create_path   = "/v1/tiers/gold"
  update_method = "PUT"
  data = jsonencode({
    hour  = 50000
    burst = { size = 500 }
  })
  ignore_server_additions = true
}

resource "restapi_object" "reports" {
  path         = "/v1/resources"
  id_attribute = "name"
  data = jsonencode({
    name       = "reports"
    identifier = "https://api.platform.com/reports"
    title      = "Reports"
  })
  # What may change: a resource keeps its name.
  update_data = jsonencode({
    identifier = "https://api.platform.com/reports"
    title      = "Reports"
  })
  ignore_server_additions = true
}

resource "restapi_object" "reports_read" {
  path         = "/v1/resources/${restapi_object.reports.id}/scopes"
  id_attribute = "name"
  data = jsonencode({
    name         = "reports:read"
    title        = "See your reports"
    grantable_by = "anyone"
  })
  update_data = jsonencode({
    title        = "See your reports"
    grantable_by = "anyone"
  })
  # Scopes are read as a list.
  read_path = "/v1/resources/${restapi_object.reports.id}/scopes"
  read_search = {
    search_key   = "name"
    search_value = "{id}"
    results_key  = "data"
  }
  ignore_server_additions = true
}

resource "restapi_object" "reports_routes" {
  path          = "/v1/policies"
  object_id     = restapi_object.reports.id
  id_attribute  = "name"
  create_method = "PUT"
  create_path   = "/v1/policies/${restapi_object.reports.id}"
  update_method = "PUT"
  data = jsonencode({
    routes = [
      { match = "GET /v1/reports/**", scopes = [restapi_object.reports_read.id], cost = 1 }
    ]
  })
  ignore_server_additions = true
}

resource "restapi_object" "acme" {
  path = "/v1/organizations"
  data = jsonencode({
    name        = "Acme"
    slug        = "acme"
    external_id = "cus_42"
    tier        = restapi_object.tier_gold.id
  })
  ignore_server_additions = true
}

resource "restapi_object" "dashboard" {
  path = "/v1/clients"
  data = jsonencode({
    client_name     = "Dashboard"
    slug            = "dashboard"
    organization_id = restapi_object.acme.id
    redirect_uris   = ["https://app.acme.com/callback"]
    scope           = "openid offline_access reports:read"
  })
  depends_on              = [restapi_object.reports_read]
  ignore_server_additions = true
}

output "dashboard_client_id" {
  value = restapi_object.dashboard.id
}
