//go:build tools

// Never built: it keeps the module that the echo server is built from in go.mod.
package suite

import _ "sigs.k8s.io/gateway-api/conformance/echo-basic"
