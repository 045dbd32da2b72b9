// Renders a chart as Helm does, with the template engine of Go and the functions of sprig that Helm takes them from.
// Run by render.test.ts where Go and Debian's golang-github-masterminds-sprig-dev are installed:
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run engine.go < input.json
//
// The input has the texts of the templates by path and the objects that templates see; the output has the texts that
// came out, by path.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
)

type input struct {
	Templates map[string]string      `json:"templates"`
	Data      map[string]interface{} `json:"data"`
}

// YAML in the way of Helm's toYaml, for what values hold; JSON is YAML too, but not what reads well.
func toYaml(value interface{}, indent string) string {
	switch one := value.(type) {
	case map[string]interface{}:
		if len(one) == 0 {
			return "{}"
		}
		keys := make([]string, 0, len(one))
		for key := range one {
			keys = append(keys, key)
		}
		sort.Strings(keys)
		lines := make([]string, 0, len(keys))
		for _, key := range keys {
			lines = append(lines, indent+scalar(key)+":"+nested(one[key], indent))
		}
		return strings.Join(lines, "\n")
	case []interface{}:
		if len(one) == 0 {
			return "[]"
		}
		lines := make([]string, 0, len(one))
		for _, item := range one {
			text := toYaml(item, indent+"  ")
			lines = append(lines, indent+"- "+strings.TrimPrefix(text, indent+"  "))
		}
		return strings.Join(lines, "\n")
	default:
		return scalar(value)
	}
}

func nested(value interface{}, indent string) string {
	switch one := value.(type) {
	case map[string]interface{}:
		if len(one) > 0 {
			return "\n" + toYaml(value, indent+"  ")
		}
	case []interface{}:
		if len(one) > 0 {
			return "\n" + toYaml(value, indent)
		}
	}
	return " " + toYaml(value, indent)
}

func scalar(value interface{}) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func main() {
	var in input
	decoder := json.NewDecoder(os.Stdin)
	if err := decoder.Decode(&in); err != nil {
		panic(err)
	}
	root := template.New("chart").Option("missingkey=zero")
	functions := sprig.TxtFuncMap()
	functions["toYaml"] = func(value interface{}) string { return toYaml(value, "") }
	functions["include"] = func(name string, data interface{}) (string, error) {
		var out bytes.Buffer
		err := root.ExecuteTemplate(&out, name, data)
		return out.String(), err
	}
	root.Funcs(functions)
	for path, text := range in.Templates {
		template.Must(root.New(path).Parse(text))
	}
	found := map[string]string{}
	for path := range in.Templates {
		if strings.HasSuffix(path, ".tpl") {
			continue
		}
		var out bytes.Buffer
		if err := root.ExecuteTemplate(&out, path, in.Data); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		found[path] = strings.ReplaceAll(out.String(), "<no value>", "")
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		panic(err)
	}
}
