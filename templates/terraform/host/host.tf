variable "host" {
  description = "Host name under which people come in."
  type        = string
}
