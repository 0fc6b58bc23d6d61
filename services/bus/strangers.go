package bus

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// Strangers, who say nothing of themselves, are in an account of their own: they
// see of ours only what accounts hands them. In one account with us they could
// have the server write wherever they may not, for it sends what it answers to
// whatever subject the request names, and asks for no permission then. Across
// accounts such an answer arrives on their side.
const (
	ownAccount    = "FONDS"
	publicAccount = "PUBLIC"
	// gatePrefix stands in our account where strangers see gatedPrefix.
	gatePrefix  = "_FONDS_GATE."
	gatedPrefix = "$JS.API."
)

// offered are the calls of JetStream that strangers may make about a stream.
func offered(stream string) []string {
	return []string{
		"$JS.API.STREAM.INFO." + stream,
		"$JS.API.STREAM.MSG.GET." + stream,
		"$JS.API.DIRECT.GET." + stream,
		"$JS.API.DIRECT.GET." + stream + ".>",
		"$JS.API.CONSUMER.INFO." + stream + ".*",
		"$JS.API.CONSUMER.NAMES." + stream,
		"$JS.API.CONSUMER.LIST." + stream,
		"$JS.API.CONSUMER.MSG.NEXT." + stream + ".*",
		"$JS.API.CONSUMER.DELETE." + stream + ".*",
		"$JS.ACK." + stream + ".>",
	}
}

// gated are the calls that strangers may make through the gate.
func gated(stream string) []string {
	return []string{
		"CONSUMER.CREATE." + stream + ".>",
		"CONSUMER.DURABLE.CREATE." + stream + ".*",
	}
}

// general are calls about no stream. Clients make them to find one.
var general = []string{"$JS.API.INFO", "$JS.API.STREAM.NAMES", "$JS.API.STREAM.LIST"}

// feeds are the subjects to which strangers may subscribe.
var feeds = []string{"fonds.text.v1.>", "fonds.events.v1.>"}

// object is an object of the server's configuration, which may be JSON.
type object map[string]any

// accounts is the configuration of the two accounts. It is given as text
// because that is the only way to enable JetStream for one account.
func accounts(secret string) (string, error) {
	exports, imports := shares()
	var config strings.Builder
	encoder := json.NewEncoder(&config)
	encoder.SetEscapeHTML(false) // the server's reader does not know \u
	err := encoder.Encode(object{
		"accounts": object{
			ownAccount: object{
				"jetstream": "enabled",
				"users":     []object{{"user": ownUser, "password": secret}},
				"exports":   exports,
			},
			publicAccount: object{
				"users":   []object{{"user": publicUser, "password": secret + "-public", "permissions": publicPermissions()}},
				"imports": imports,
			},
		},
		"no_auth_user": publicUser,
	})
	return config.String(), err
}

// shares lists what one account exports and the other imports.
func shares() (exports, imports []object) {
	service := func(subject, seenAs string) {
		answers := "single" // after which the server forgets where it goes
		if strings.Contains(subject, ".MSG.NEXT.") || strings.Contains(subject, ".DIRECT.GET.") {
			answers = "stream"
		}
		exports = append(exports, object{"service": subject, "response_type": answers, "accounts": []string{publicAccount}})
		imports = append(imports, object{"service": object{"account": ownAccount, "subject": subject}, "to": seenAs})
	}
	for _, call := range general {
		service(call, call)
	}
	for _, stream := range []string{TextStream, EventsStream} {
		for _, call := range offered(stream) {
			service(call, call)
		}
		for _, call := range gated(stream) {
			service(gatePrefix+call, gatedPrefix+call)
		}
	}
	for _, subject := range feeds {
		exports = append(exports, object{"stream": subject, "accounts": []string{publicAccount}})
		imports = append(imports, object{"stream": object{"account": ownAccount, "subject": subject}})
	}
	return exports, imports
}

// publicPermissions lets a stranger read the streams of texts and events, with
// consumers of their own, and nothing else: no jobs, no dead letters, and no
// hand on intake's consumer. The account alone would not refuse aloud.
func publicPermissions() object {
	allow := general
	for _, stream := range []string{TextStream, EventsStream} {
		allow = append(allow, offered(stream)...)
		for _, call := range gated(stream) {
			allow = append(allow, gatedPrefix+call)
		}
	}
	var deny []string
	for _, call := range []string{"CREATE", "DURABLE.CREATE", "MSG.NEXT", "DELETE"} {
		subject := "$JS.API.CONSUMER." + call + "." + TextStream + "." + intakeConsumer
		deny = append(deny, subject, subject+".>")
	}
	deny = append(deny, "$JS.ACK."+TextStream+"."+intakeConsumer+".>")
	return object{
		"publish":   object{"allow": allow, "deny": deny},
		"subscribe": object{"allow": append([]string{"_INBOX.>"}, feeds...)},
	}
}

// openGate answers strangers who ask for a consumer. A push consumer delivers in
// the account of its stream, to a subject that stands in the body of the request,
// where no permission reaches: so bodies are read here.
func (e *Embedded) openGate() error {
	conn, err := nats.Connect("", append(e.Options(), nats.Name("fonds gate"))...)
	if err != nil {
		return fmt.Errorf("open the gate for strangers: %w", err)
	}
	_, err = conn.Subscribe(gatePrefix+">", func(msg *nats.Msg) { _ = msg.Respond(passGate(conn, msg)) })
	if err == nil {
		err = conn.FlushTimeout(requestTimeout)
	}
	if err != nil {
		conn.Close()
		return fmt.Errorf("open the gate for strangers: %w", err)
	}
	e.gate = conn
	return nil
}

// passGate passes a request for a consumer on and returns the answer. What is
// passed on is what was understood here, not the bytes that came.
func passGate(conn *nats.Conn, msg *nats.Msg) []byte {
	var request server.CreateConsumerRequest
	if err := json.Unmarshal(msg.Data, &request); err != nil {
		return refusal(400, "this is no request for a consumer: "+err.Error())
	}
	if request.Config.DeliverSubject != "" {
		return refusal(403, "a push consumer needs the password of this server: pull, or subscribe to the subject itself")
	}
	data, err := json.Marshal(request)
	if err != nil {
		return refusal(400, "this is no request for a consumer: "+err.Error())
	}
	answer, err := conn.Request(gatedPrefix+strings.TrimPrefix(msg.Subject, gatePrefix), data, requestTimeout)
	if err != nil {
		return refusal(503, "the server does not answer: try again")
	}
	return answer.Data
}

// refusal is an answer as JetStream gives it.
func refusal(code int, why string) []byte {
	answer := server.JSApiConsumerCreateResponse{ApiResponse: server.ApiResponse{
		Type: server.JSApiConsumerCreateResponseType, Error: &server.ApiError{Code: code, Description: why},
	}}
	data, _ := json.Marshal(answer) // of strings and numbers
	return data
}
