// Package shop stands where the service would be generated.
package shop

// Suffix is what somebody wants of it.
const Suffix = "-"
