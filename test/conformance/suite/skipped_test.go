package suite

// skippedTests are the tests of upstream that need nothing but features that are supported, and which a controller of
// TCP and UDP listeners cannot pass, each with the reason.
var skippedTests = map[string]string{
	"GatewayListenerUnsupportedProtocol":        "its second Gateway must accept an HTTP listener beside one that is not supported; run as L4 variant",
	"GatewayInvalidRouteKind":                   "its listener is HTTP and must support HTTPRoute; run as L4 variant",
	"GatewayInvalidTLSConfiguration":            "HTTPS listeners: certificates are checked only where TLS is ended",
	"GatewayModifyListeners":                    "HTTP and HTTPS listeners with HTTPRoutes must be accepted; run as L4 variant",
	"GatewayObservedGenerationBump":             "its Gateway has only HTTP listeners and must be accepted; run as L4 variant",
	"GatewaySecretInvalidReferenceGrant":        "an HTTPS listener with a certificate of another namespace",
	"GatewaySecretMissingReferenceGrant":        "an HTTPS listener with a certificate of another namespace",
	"GatewaySecretReferenceGrantAllInNamespace": "an HTTPS listener with a certificate of another namespace",
	"GatewaySecretReferenceGrantSpecific":       "an HTTPS listener with a certificate of another namespace",
	"TCPRouteInvalidNonTCPListener":             "waits until a Gateway whose only listener is HTTP is accepted, which GatewayListenerUnsupportedProtocol forbids where HTTP is not served; run as L4 variant",
	"TCPRouteWeightedRouting":                   "kube-proxy spreads connections evenly over endpoints: it has no weights",
	"UDPRouteWeightedRouting":                   "kube-proxy spreads flows evenly over endpoints: it has no weights",
}

func skippedNames() []string {
	names := make([]string, 0, len(skippedTests))
	for name := range skippedTests {
		names = append(names, name)
	}
	return names
}
