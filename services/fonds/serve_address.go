package main

import (
	"net"
	"net/url"
	"strings"
	"unicode"
)

// checkAddresses refuses addresses that other machines can reach, unless it was said that
// there is no TLS, and settles whether callers need a token.
func (o *serveOptions) checkAddresses() error {
	for _, a := range []struct{ flag, address string }{
		{"--listen", o.listen}, {"--http", o.http}, {"--nats-listen", o.natsListen}, {"--pprof", o.pprof},
	} {
		if a.address == "" && a.flag != "--listen" {
			continue // none is wanted
		}
		host, _, err := net.SplitHostPort(a.address)
		if err != nil {
			return usagef("%s %s is not an address like 127.0.0.1:7443", a.flag, shown(a.address))
		}
		if !o.insecure && !isLoopback(host) {
			return usagef("%s %s can be reached by other machines, and there is no TLS: use a loopback address, or say --insecure", a.flag, shown(a.address))
		}
	}
	if host, _, _ := net.SplitHostPort(o.listen); !o.tokenFlag.Changed {
		o.requireToken = !isLoopback(host)
	}
	return o.checkPublicURL()
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// checkPublicURL takes the address as browsers write it in the header Origin.
func (o *serveOptions) checkPublicURL() error {
	if o.publicURL == "" {
		return nil
	}
	written := "--public-url " + shown(o.publicURL)
	u, err := url.Parse(strings.TrimSuffix(o.publicURL, "/"))
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return usagef("%s: write a whole address, such as https://archive.example.org", written)
	case *u != (url.URL{Scheme: u.Scheme, Host: u.Host}):
		return usagef("%s: write no more than https:// and a host; the review page is the whole of it", written)
	case strings.ContainsFunc(u.Host, func(r rune) bool { return r > unicode.MaxASCII }):
		return usagef("%s: write the host as it goes over the network, beginning with xn--", written)
	case u.Scheme == "http" && !isLoopback(u.Hostname()) && !o.insecure:
		return usagef("%s has no TLS, and whoever carries the bytes could sign in as others: take https, or say --insecure", written)
	case o.http == "" || !o.has(roleCatalog):
		return usagef("%s: there is no review page without --http and the role %s", written, roleCatalog)
	}
	host := strings.ToLower(u.Host)
	host = strings.TrimSuffix(host, map[string]string{"https": ":443", "http": ":80"}[u.Scheme])
	o.publicURL = u.Scheme + "://" + host
	return nil
}
