// Adapter of settld-conform: one JSON message a line on standard input, one answer a line on standard output.
// Standard error is free for whatever helps to find a fault.
package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"regexp"
	"sort"
)

// Facts are the recomputed members that an op lists.
type Facts map[string]any

// Answer is a verdict with its code, which is nil exactly on accept.
type Answer struct {
	Type    string  `json:"type"`
	ID      string  `json:"id"`
	Verdict string  `json:"verdict"`
	Code    *string `json:"code"`
	Facts   Facts   `json:"facts,omitempty"`
}

// Failure says that the adapter failed. It is never a verdict.
type Failure struct {
	Type    string `json:"type"`
	ID      string `json:"id"`
	Message string `json:"message"`
}

// Message is a line of the runner: hello, case or bye.
type Message struct {
	Type  string          `json:"type"`
	ID    string          `json:"id"`
	Op    string          `json:"op"`
	Input json.RawMessage `json:"input"`
}

func accept(facts Facts) (Answer, error) {
	return Answer{Verdict: "accept", Facts: facts}, nil
}

func reject(code string) (Answer, error) {
	return Answer{Verdict: "reject", Code: &code}, nil
}

var (
	digestText = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	moneyText  = regexp.MustCompile(`^(?:0|[1-9][0-9]{0,29}|10{30})$`)
)

// Each op is a function of the input of a case. What stands here is what hello declares.
var ops = map[string]func(input json.RawMessage) (Answer, error){
	"digest": func(input json.RawMessage) (Answer, error) {
		var given struct {
			// Bytes are base64, which encoding/json decodes.
			Bytes []byte `json:"bytes"`
		}
		if err := json.Unmarshal(input, &given); err != nil {
			return Answer{}, err
		}
		sum := sha256.Sum256(given.Bytes)
		return accept(Facts{"digest": "sha256:" + hex.EncodeToString(sum[:])})
	},
	"digest.parse": func(input json.RawMessage) (Answer, error) {
		text, err := textOf(input)
		if err != nil {
			return Answer{}, err
		}
		if !digestText.MatchString(text) {
			return reject("DIGEST_FORMAT")
		}
		return accept(Facts{"digest": text})
	},
	"money.parse": func(input json.RawMessage) (Answer, error) {
		text, err := textOf(input)
		if err != nil {
			return Answer{}, err
		}
		if !moneyText.MatchString(text) {
			return reject("MONEY_VALUE")
		}
		return accept(Facts{"value": text})
	},
}

func textOf(input json.RawMessage) (string, error) {
	var given struct {
		Text string `json:"text"`
	}
	err := json.Unmarshal(input, &given)
	return given.Text, err
}

func hello() map[string]any {
	features := make([]string, 0, len(ops))
	for op := range ops {
		features = append(features, op)
	}
	// The order of a map is another one each time, and hello has to stay the same.
	sort.Strings(features)
	// The profile to conform to: verifier-core, verifier-full, kernel or issuer.
	roles := []string{"kernel"}
	return map[string]any{
		"type":           "hello",
		"protocol":       1,
		"implementation": map[string]any{"name": "my-settld", "version": "0.1.0", "language": "Go"},
		"roles":          roles,
		"revisions":      []string{"{{REVISION}}"},
		"features":       features,
		"limits":         map[string]any{"inFlight": 8},
	}
}

func answer(message Message) (reply any) {
	defer func() {
		if reason := recover(); reason != nil {
			reply = Failure{Type: "error", ID: message.ID, Message: fmt.Sprint(reason)}
		}
	}()
	op, found := ops[message.Op]
	if !found {
		return Failure{Type: "error", ID: message.ID, Message: "no op " + message.Op}
	}
	result, err := op(message.Input)
	if err != nil {
		return Failure{Type: "error", ID: message.ID, Message: err.Error()}
	}
	result.Type, result.ID = "ok", message.ID
	return result
}

func run(in io.Reader, out io.Writer) error {
	lines := bufio.NewReaderSize(in, 1<<20)
	// An encoder ends each value with a line feed.
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for {
		line, err := lines.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			var message Message
			if err := json.Unmarshal(line, &message); err != nil {
				return err
			}
			var reply any
			switch message.Type {
			case "hello":
				reply = hello()
			case "case":
				reply = answer(message)
			case "bye":
				return nil
			}
			if reply != nil {
				if err := encoder.Encode(reply); err != nil {
					return err
				}
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
}
