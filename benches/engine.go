// How long Helm's engine takes inside a process, in milliseconds: for each chart the least of several renders, from
// the loaded chart and its values to the rendered files. The counterpart of inprocess.rs; `benches/peers` builds it.
package main

import (
	"fmt"
	"os"
	"time"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"
)

func measure(path string) (time.Duration, error) {
	const leastRuns = 5
	const longest = 2 * time.Second
	chart, err := loader.Load(path)
	if err != nil {
		return 0, err
	}
	if err := chartutil.ProcessDependencies(chart, common.Values{}); err != nil {
		return 0, err
	}
	release := common.ReleaseOptions{Name: "release-name", Namespace: "default", IsInstall: true, Revision: 1}
	var least time.Duration
	start := time.Now()
	for runs := 0; runs < leastRuns || time.Since(start) < longest; runs++ {
		values, err := util.ToRenderValues(chart, common.Values{}, release, common.DefaultCapabilities)
		if err != nil {
			return 0, err
		}
		begin := time.Now()
		if _, err := engine.Render(chart, values); err != nil {
			return 0, err
		}
		if took := time.Since(begin); runs == 0 || took < least {
			least = took
		}
	}
	return least, nil
}

func main() {
	for _, path := range os.Args[1:] {
		least, err := measure(path)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Printf("%.4f\n", least.Seconds()*1e3)
	}
}
