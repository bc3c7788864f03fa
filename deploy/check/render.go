// Renders the chart as Helm would, with Go's template engine and those of Helm's functions that the
// chart uses: to check it where there is no Helm. Values come as JSON.
//
//	go run render.go CHART VALUES.json
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"
	"text/template"
)

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func empty(value any) bool {
	if value == nil {
		return true
	}
	v := reflect.ValueOf(value)
	switch v.Kind() {
	case reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	default:
		return v.IsZero()
	}
}

// A map or a list as lines of its own, which may stand among others; what is within them as JSON, which is
// YAML, too.
func toYaml(value any) (string, error) {
	if items, isList := value.([]any); isList && len(items) > 0 {
		lines := make([]string, 0, len(items))
		for _, item := range items {
			text, err := json.Marshal(item)
			if err != nil {
				return "", err
			}
			lines = append(lines, fmt.Sprintf("- %s", text))
		}
		return strings.Join(lines, "\n"), nil
	}
	entries, isMap := value.(map[string]any)
	if !isMap || len(entries) == 0 {
		text, err := json.Marshal(value)
		return string(text), err
	}
	names := make([]string, 0, len(entries))
	for name := range entries {
		names = append(names, name)
	}
	sort.Strings(names)
	lines := make([]string, 0, len(names))
	for _, name := range names {
		text, err := json.Marshal(entries[name])
		if err != nil {
			return "", err
		}
		lines = append(lines, fmt.Sprintf("%s: %s", name, text))
	}
	return strings.Join(lines, "\n"), nil
}

func main() {
	chart := os.Args[1]
	raw, err := os.ReadFile(os.Args[2])
	fail(err)
	var values map[string]any
	fail(json.Unmarshal(raw, &values))
	root := template.New("chart").Option("missingkey=zero")
	root.Funcs(template.FuncMap{
		"include": func(name string, data any) (string, error) {
			var out bytes.Buffer
			err := root.ExecuteTemplate(&out, name, data)
			return out.String(), err
		},
		"default": func(fallback, value any) any {
			if empty(value) {
				return fallback
			}
			return value
		},
		"toYaml": toYaml,
		"nindent": func(spaces int, text string) string {
			indent := "\n" + strings.Repeat(" ", spaces)
			return indent + strings.ReplaceAll(text, "\n", indent)
		},
		"quote":      func(value any) string { return fmt.Sprintf("%q", fmt.Sprint(value)) },
		"trunc":      func(n int, text string) string { return text[:min(n, len(text))] },
		"trimSuffix": func(suffix, text string) string { return strings.TrimSuffix(text, suffix) },
		"contains":   func(part, text string) bool { return strings.Contains(text, part) },
	})
	files, err := filepath.Glob(filepath.Join(chart, "templates", "*"))
	fail(err)
	sort.Strings(files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		fail(err)
		_, err = root.New(filepath.Base(file)).Parse(string(text))
		fail(err)
	}
	data := map[string]any{
		"Values":  values,
		"Chart":   map[string]any{"Name": "howdah", "Version": "0.1.0", "AppVersion": "0.1.0"},
		"Release": map[string]any{"Name": "shop", "Namespace": "default", "Service": "Helm"},
	}
	for _, file := range files {
		if filepath.Ext(file) != ".yaml" {
			continue
		}
		var out bytes.Buffer
		fail(root.ExecuteTemplate(&out, filepath.Base(file), data))
		if strings.TrimSpace(out.String()) != "" {
			fmt.Printf("---\n# %s\n%s\n", filepath.Base(file), strings.TrimSpace(out.String()))
		}
	}
}
