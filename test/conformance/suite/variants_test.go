package suite

import (
	"os"
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/util/sets"
	"sigs.k8s.io/controller-runtime/pkg/client"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
	"sigs.k8s.io/gateway-api/conformance"
	"sigs.k8s.io/gateway-api/conformance/tests"
	"sigs.k8s.io/gateway-api/conformance/utils/suite"
	"sigs.k8s.io/gateway-api/pkg/features"
)

// l4Variants are upstream's tests that keep their meaning when the listeners of their manifests are TCP or UDP. The
// manifests are ours (manifests/tests), the functions are upstream's; see dialectClient for what these name in Go.
var l4Variants = []string{
	"GatewayInfrastructureMetadata",
	"GatewayInvalidParametersRef",
	"GatewayInvalidRouteKind",
	"GatewayListenerUnsupportedProtocol",
	"GatewayModifyListeners",
	"GatewayObservedGenerationBump",
	"GatewayOptionalAddressValue",
	"GatewayStaticAddresses",
	"GatewayWithAttachedRoutesWithPort8080",
	"ListenerSetAllowedNamespaceNone",
	"ListenerSetAllowedNamespaceSame",
	"ListenerSetAllowedNamespaceSelector",
	"ListenerSetAllowedRoutesSupportedKinds",
	"ListenerSetDefaultNotAllowed",
	"ListenerSetProtocolConflict",
	"ListenerSetRouteStatusScopedToParentRef",
	"TCPRouteInvalidNonTCPListener",
	"UDPRouteNotAllowedByListeners",
}

// TestL4Variants runs them. They are no passes of upstream's suite, and counted apart.
func TestL4Variants(t *testing.T) {
	all.L4Variants = newResults()
	opts := options(t, overlay{ours(), conformance.Manifests})
	var variants []suite.ConformanceTest
	for _, name := range l4Variants {
		variant := asL4(upstreamTest(t, name))
		opts.SupportedFeatures = append(opts.SupportedFeatures, variant.Features...)
		variants = append(variants, variant)
	}
	run(t, opts, variants, all.L4Variants)
}

// asL4 gives the test a client that speaks of TCPRoutes, and takes from it the need for features of other protocols.
func asL4(upstream suite.ConformanceTest) suite.ConformanceTest {
	variant := upstream
	variant.Features = slices.DeleteFunc(slices.Clone(upstream.Features), func(feature features.FeatureName) bool {
		return otherProtocols.Has(feature)
	})
	variant.Test = func(t *testing.T, s *suite.ConformanceTestSuite) {
		supported := s.SupportedFeatures
		defer func() { s.SupportedFeatures = supported }()
		// UDPRouteNotAllowedByListeners returns at once, and asserts nothing, where TLSRoute is not supported.
		s.SupportedFeatures = supported.Union(otherProtocols)
		s.Client = dialectClient{s.Client}
		upstream.Test(t, s)
	}
	return variant
}

var otherProtocols = sets.New[features.FeatureName](features.SupportHTTPRoute, features.SupportTLSRoute)

// TestSupportedFeatures: the class says that it supports exactly what the tests that passed rely on.
func TestSupportedFeatures(t *testing.T) {
	if os.Getenv(runVariable) != "" {
		t.Skip("only some tests were run")
	}
	proven := sets.New[string]()
	for _, test := range tests.ConformanceTests {
		if slices.Contains(all.Upstream.Passed, test.ShortName) || slices.Contains(all.L4Variants.Passed, test.ShortName) {
			for _, feature := range test.Features {
				proven.Insert(string(feature))
			}
		}
	}
	for feature := range otherProtocols {
		proven.Delete(string(feature))
	}
	class := &gatewayv1.GatewayClass{}
	key := client.ObjectKey{Name: os.Getenv(gatewayClassVariable)}
	if err := options(t, conformance.Manifests).Client.Get(t.Context(), key, class); err != nil {
		t.Fatal(err)
	}
	claimed := []string{}
	for _, feature := range class.Status.SupportedFeatures {
		claimed = append(claimed, string(feature.Name))
	}
	if want := sets.List(proven); !slices.Equal(claimed, want) {
		t.Errorf("GatewayClass %s supports %v, and the tests that passed prove %v", class.Name, claimed, want)
	}
}

func TestVariantsHaveManifestsOfOurs(t *testing.T) {
	for _, name := range l4Variants {
		for _, manifest := range upstreamTest(t, name).Manifests {
			if _, err := ours().Open(manifest); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestSkippedTestsAreUpstreams(t *testing.T) {
	for name := range skippedTests {
		upstreamTest(t, name)
	}
}
