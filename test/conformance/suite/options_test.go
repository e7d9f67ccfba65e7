package suite

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
	"sigs.k8s.io/gateway-api/conformance"
	confv1 "sigs.k8s.io/gateway-api/conformance/apis/v1"
	"sigs.k8s.io/gateway-api/conformance/tests"
	"sigs.k8s.io/gateway-api/conformance/utils/suite"
	"sigs.k8s.io/gateway-api/pkg/features"
	"sigs.k8s.io/yaml"
)

// What the harness says in the environment.
const (
	gatewayClassVariable      = "CONFORMANCE_GATEWAY_CLASS"
	resultsVariable           = "CONFORMANCE_RESULTS"
	reportVariable            = "CONFORMANCE_REPORT"
	runVariable               = "CONFORMANCE_RUN"
	versionVariable           = "CONFORMANCE_VERSION"
	usableAddressVariable     = "CONFORMANCE_USABLE_ADDRESS"
	unusableAddressVariable   = "CONFORMANCE_UNUSABLE_ADDRESS"
	statusTimeout             = 30 * time.Second
	namespaceReadyTimeout     = 60 * time.Second
	consistencyTimeout        = 30 * time.Second
	minimumDeletionTimeout    = 20 * time.Second
	implementationDescription = "https://github.com/thebsdbox/gateway-api-controller"
)

// supportedFeatures are those of which upstream's tests are run as they are. They are named: inferred ones would bring
// tests of HTTP listeners.
var supportedFeatures = []features.FeatureName{
	features.SupportGateway,
	features.SupportReferenceGrant,
	features.SupportTCPRoute,
	features.SupportUDPRoute,
}

// options are the suite's options for a controller that serves TCP and UDP.
func options(t *testing.T, manifests fs.FS) suite.ConformanceOptions {
	opts := conformance.DefaultOptions(t)
	opts.GatewayClassName = os.Getenv(gatewayClassVariable)
	opts.ManifestFS = []fs.FS{manifests}
	opts.CleanupBaseResources = false
	opts.CleanupTestResources = true
	// Two cores: what runs in parallel only waits for another.
	opts.DisableParallelTests = true
	opts.SupportedFeatures = slices.Clone(supportedFeatures)
	opts.ConformanceProfiles = []suite.ConformanceProfileName{
		suite.GatewayTCPConformanceProfileName,
		suite.GatewayUDPConformanceProfileName,
	}
	opts.Implementation = confv1.Implementation{
		Organization: "thebsdbox",
		Project:      "gateway-api-controller",
		URL:          implementationDescription,
		Version:      os.Getenv(versionVariable),
		Contact:      []string{implementationDescription + "/issues"},
	}
	address := gatewayv1.IPAddressType
	opts.UsableNetworkAddresses = []gatewayv1.GatewaySpecAddress{{Type: &address, Value: os.Getenv(usableAddressVariable)}}
	opts.UnusableNetworkAddresses = []gatewayv1.GatewaySpecAddress{{Type: &address, Value: os.Getenv(unusableAddressVariable)}}
	limitWaits(&opts)
	return opts
}

// limitWaits shortens the waits: here nothing takes longer than a few seconds, and what never comes is noticed sooner.
func limitWaits(opts *suite.ConformanceOptions) {
	waits := &opts.TimeoutConfig
	waits.NamespacesMustBeReady = namespaceReadyTimeout
	waits.DeleteTimeout = minimumDeletionTimeout
	waits.MaxTimeToConsistency = consistencyTimeout
	for _, wait := range []*time.Duration{
		&waits.GWCMustBeAccepted,
		&waits.GatewayMustHaveAddress,
		&waits.GatewayMustHaveCondition,
		&waits.GatewayListenersMustHaveConditions,
		&waits.GatewayStatusMustHaveListeners,
		&waits.ListenerSetMustHaveCondition,
		&waits.ListenerSetListenersMustHaveConditions,
		&waits.RouteMustHaveParents,
		&waits.TCPRouteMustHaveCondition,
		&waits.UDPRouteMustHaveCondition,
		&waits.LatestObservedGenerationSet,
		&waits.DefaultTestTimeout,
	} {
		*wait = statusTimeout
	}
}

// run sets the suite up and runs those of the tests that were asked for, and records what became of each.
func run(t *testing.T, opts suite.ConformanceOptions, all []suite.ConformanceTest, results *results) {
	t.Helper()
	opts.Hook = results.record
	conformanceSuite, err := suite.NewConformanceTestSuite(opts)
	if err != nil {
		t.Fatalf("the suite cannot be made: %v", err)
	}
	selected := selectTests(t, all)
	if len(selected) == 0 {
		t.Skipf("no test matches %s", os.Getenv(runVariable))
	}
	if opts.ReportOutputPath != "" {
		// The suite has its report when its own clean-up is over, and what was registered first is run last.
		t.Cleanup(func() { writeReport(t, conformanceSuite, opts.ReportOutputPath) })
	}
	conformanceSuite.Setup(t, selected)
	if err := conformanceSuite.Run(t, selected); err != nil {
		t.Fatalf("the suite cannot be run: %v", err)
	}
}

func writeReport(t *testing.T, conformanceSuite *suite.ConformanceTestSuite, path string) {
	t.Helper()
	report, err := conformanceSuite.Report()
	if err != nil {
		t.Fatalf("there is no report: %v", err)
	}
	slices.SortFunc(report.ProfileReports, func(a, b confv1.ProfileReport) int { return strings.Compare(a.Name, b.Name) })
	text, err := yaml.Marshal(report)
	if err != nil {
		t.Fatalf("the report cannot be written: %v", err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatalf("the report cannot be written: %v", err)
	}
}

func selectTests(t *testing.T, all []suite.ConformanceTest) []suite.ConformanceTest {
	t.Helper()
	pattern, err := regexp.Compile(os.Getenv(runVariable))
	if err != nil {
		t.Fatalf("--run: %v", err)
	}
	var selected []suite.ConformanceTest
	for _, test := range all {
		if pattern.MatchString(test.ShortName) {
			selected = append(selected, test)
		}
	}
	return selected
}

// upstreamTest finds a test of upstream by its name.
func upstreamTest(t *testing.T, name string) suite.ConformanceTest {
	t.Helper()
	for _, test := range tests.ConformanceTests {
		if test.ShortName == name {
			return test
		}
	}
	t.Fatalf("upstream has no test %s", name)
	return suite.ConformanceTest{}
}
