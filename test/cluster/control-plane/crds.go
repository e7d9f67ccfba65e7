//go:build crds

// Never built: it keeps the module that carries the Gateway API CRDs in go.mod, so that its version and sum are
// pinned there and `go list -m` finds its folder.
package main

import _ "sigs.k8s.io/gateway-api/apis/v1"
