package suite

import (
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/util/sets"
	"sigs.k8s.io/gateway-api/conformance"
	"sigs.k8s.io/gateway-api/conformance/tests"
	"sigs.k8s.io/gateway-api/conformance/utils/suite"
	"sigs.k8s.io/gateway-api/pkg/features"
)

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

// asVariant is how the reason ends where a variant is run instead.
const asVariant = "; run as L4 variant"

// whySkipped is the reason why a test of upstream was not run as it is.
func whySkipped(t *testing.T, test suite.ConformanceTest, supported sets.Set[features.FeatureName]) string {
	if why, named := skippedTests[test.ShortName]; named {
		return why
	}
	if supported.HasAll(test.Features...) {
		return "it skips itself"
	}
	isVariant := slices.Contains(l4Variants, test.ShortName)
	missing := sets.New(test.Features...).Difference(supported).Difference(featuresOfVariants(t))
	switch {
	case missing.Len() > 0 && isVariant:
		return needs(missing) + asVariant
	case missing.Len() > 0:
		return needs(missing)
	case isVariant:
		return hasListeners(t, test) + asVariant
	default:
		return hasListeners(t, test) + "; not run as a variant"
	}
}

func needs(missing sets.Set[features.FeatureName]) string {
	names := make([]string, 0, missing.Len())
	for _, feature := range sets.List(missing) {
		names = append(names, string(feature))
	}
	return "needs what is not supported: " + strings.Join(names, ", ")
}

// featuresOfVariants are supported too, though the manifests of upstream's own tests ask for other protocols.
func featuresOfVariants(t *testing.T) sets.Set[features.FeatureName] {
	found := sets.New[features.FeatureName]()
	for _, name := range l4Variants {
		found.Insert(upstreamTest(t, name).Features...)
	}
	return found.Difference(otherProtocols)
}

func hasListeners(t *testing.T, test suite.ConformanceTest) string {
	return "its manifest has " + strings.Join(otherListeners(t, test), ", ") + " listeners"
}

var protocolLine = regexp.MustCompile(`(?m)^\s*(?:- )?protocol: "?(\w+)"?\s*$`)

// otherListeners are the protocols in upstream's manifests of a test that are neither TCP nor UDP.
func otherListeners(t *testing.T, test suite.ConformanceTest) []string {
	found := sets.New[string]()
	for _, name := range test.Manifests {
		file, err := conformance.Manifests.Open(name)
		if err != nil {
			t.Fatalf("%s: %v", test.ShortName, err)
		}
		text, err := io.ReadAll(file)
		if err != nil {
			t.Fatalf("%s: %v", test.ShortName, err)
		}
		for _, match := range protocolLine.FindAllSubmatch(text, -1) {
			found.Insert(string(match[1]))
		}
	}
	return sets.List(found.Delete("TCP", "UDP"))
}

// TestReasonsToSkip: no test is skipped for a feature that is supported, and what is said of its listeners is so.
func TestReasonsToSkip(t *testing.T) {
	supported := sets.New(supportedFeatures...)
	for _, test := range tests.ConformanceTests {
		if supported.HasAll(test.Features...) {
			continue
		}
		why := whySkipped(t, test, supported)
		for feature := range supported.Union(featuresOfVariants(t)) {
			if strings.HasPrefix(why, "needs") && regexp.MustCompile(`\b`+string(feature)+`\b`).MatchString(why) {
				t.Errorf("%s is supported, and %s is said to be skipped for it", feature, test.ShortName)
			}
		}
		if strings.HasPrefix(why, "its manifest") && len(otherListeners(t, test)) == 0 {
			t.Errorf("%s is not run, and the reason does not hold: %s", test.ShortName, why)
		}
		if strings.HasSuffix(why, asVariant) != slices.Contains(l4Variants, test.ShortName) {
			t.Errorf("%s: %s", test.ShortName, why)
		}
	}
}
