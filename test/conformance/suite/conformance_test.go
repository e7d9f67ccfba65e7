package suite

import (
	"os"
	"testing"

	"sigs.k8s.io/gateway-api/conformance"
	"sigs.k8s.io/gateway-api/conformance/tests"
)

// TestUpstream runs upstream's tests as they are, with its manifests; only the base manifests are ours.
func TestUpstream(t *testing.T) {
	all.Upstream = newResults()
	opts := options(t, overlay{only{"base", ours()}, conformance.Manifests})
	opts.SkipTests = skippedNames()
	opts.ReportOutputPath = os.Getenv(reportVariable)
	run(t, opts, tests.ConformanceTests, all.Upstream)
}
