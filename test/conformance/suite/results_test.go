package suite

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/gateway-api/conformance/utils/suite"
)

// progressMark begins a line that the harness shows.
const progressMark = "### "

// results are what the harness reads when the run is over.
type results struct {
	Passed  []string  `json:"passed"`
	Failed  []string  `json:"failed"`
	Skipped []skipped `json:"skipped"`
}

type skipped struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

// all is everything that was run by this process.
var all struct {
	Upstream   *results `json:"upstream"`
	L4Variants *results `json:"l4Variants"`
}

func newResults() *results {
	return &results{Passed: []string{}, Failed: []string{}, Skipped: []skipped{}}
}

// record is a hook of the suite: it is called when a test and its cleanup are over.
func (r *results) record(t *testing.T, test suite.ConformanceTest, s *suite.ConformanceTestSuite) {
	switch {
	case t.Skipped():
		r.Skipped = append(r.Skipped, skipped{test.ShortName, whySkipped(t, test, s.SupportedFeatures)})
		return
	case t.Failed():
		r.Failed = append(r.Failed, test.ShortName)
	default:
		r.Passed = append(r.Passed, test.ShortName)
	}
	// The harness shows it as it comes; `go test` itself tells only when all are over.
	fmt.Printf("%s%s: %s\n", progressMark, map[bool]string{false: "passed", true: "FAILED"}[t.Failed()], t.Name())
}

// TestMain writes the results where the harness wants them, also after failures.
func TestMain(m *testing.M) {
	code := m.Run()
	for _, r := range []*results{all.Upstream, all.L4Variants} {
		if r == nil {
			continue
		}
		slices.Sort(r.Passed)
		slices.Sort(r.Failed)
		slices.SortFunc(r.Skipped, func(a, b skipped) int { return strings.Compare(a.Name, b.Name) })
	}
	text, err := json.Marshal(all)
	if err == nil {
		err = os.WriteFile(os.Getenv(resultsVariable), text, 0o600)
	}
	if err != nil {
		panic(err)
	}
	os.Exit(code)
}
