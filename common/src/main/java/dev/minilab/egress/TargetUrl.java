package dev.minilab.egress;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A URL (RFC 3986) that a stranger chose and that [#parse] found fit to be called; only `parse` vouches for that.
///
/// No DNS is asked: an address written out is checked here, a name when it is connected to, by [GuardedResolver].
public record TargetUrl(URI uri) {
    /// Longer URLs are refused: nothing honest needs them, and each attempt and log line carries one.
    public static final int MAX_LENGTH = 2048;

    private static final int MAX_PORT = 65_535;
    private static final Pattern AUTHORITY = Pattern.compile("(\\[[^\\[\\]]+]|[^:\\[\\]]+)(?::([0-9]{1,5}))?");

    /// What this installation permits beyond https on its usual ports.
    public record Rules(boolean allowHttp, Set<Integer> extraPorts) {
        public Rules {
            extraPorts = Set.copyOf(extraPorts);
            for (int port : extraPorts) {
                if (port < 1 || port > MAX_PORT) {
                    throw new IllegalArgumentException("not a port: " + port);
                }
            }
        }

        boolean permitsPort(int port) {
            return port == 443 || port == 80 || extraPorts.contains(port);
        }
    }

    /// Checks a URL and normalises it: scheme and host in lower case and ASCII, no default port, a path.
    ///
    /// A host whose address the allow list covers may be called by http and on any port.
    public static TargetUrl parse(String url, AddressPolicy policy, Rules rules) throws RefusedUrlException {
        URI given = syntax(url);
        String scheme = scheme(given);
        Matcher authority = authority(given);
        TargetHost host = TargetHost.parse(authority.group(1));
        if (host.isBlockedBy(policy)) {
            throw RefusedUrlException.blocked("The address in the URL may not be reached");
        }
        boolean allowed = host.isAllowedBy(policy);
        if (scheme.equals("http") && !rules.allowHttp() && !allowed) {
            throw RefusedUrlException.bad("The URL must use https");
        }
        int port = port(authority, scheme);
        if (port < 1 || port > MAX_PORT || !(allowed || rules.permitsPort(port))) {
            throw RefusedUrlException.bad("The port of the URL is not permitted");
        }
        return new TargetUrl(normalised(scheme, host, port, given));
    }

    private static URI syntax(String url) throws RefusedUrlException {
        if (url.length() > MAX_LENGTH) {
            throw RefusedUrlException.bad("The URL is longer than " + MAX_LENGTH + " characters");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(url)) {
            throw RefusedUrlException.bad("The URL is malformed");
        }
        try {
            return new URI(url);
        } catch (URISyntaxException e) {
            throw RefusedUrlException.bad("The URL is malformed", e);
        }
    }

    private static String scheme(URI given) throws RefusedUrlException {
        String scheme = given.getScheme() == null ? "" : given.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !scheme.equals("http")) {
            throw RefusedUrlException.bad("The URL must be absolute and use https");
        }
        return scheme;
    }

    private static Matcher authority(URI given) throws RefusedUrlException {
        String text = given.getRawAuthority() == null ? "" : given.getRawAuthority();
        if (text.contains("@")) {
            throw RefusedUrlException.bad("The URL must not contain user information");
        }
        if (given.getRawFragment() != null) {
            throw RefusedUrlException.bad("The URL must not have a fragment");
        }
        Matcher authority = AUTHORITY.matcher(text);
        if (!authority.matches()) {
            throw RefusedUrlException.bad("The URL has no valid host and port");
        }
        return authority;
    }

    private static int port(Matcher authority, String scheme) {
        String port = authority.group(2);
        return port == null ? defaultPort(scheme) : Integer.parseInt(port);
    }

    private static int defaultPort(String scheme) {
        return scheme.equals("https") ? 443 : 80;
    }

    private static URI normalised(String scheme, TargetHost host, int port, URI given) {
        String authority = port == defaultPort(scheme) ? host.text() : host.text() + ":" + port;
        String path = given.getRawPath().isEmpty() ? "/" : given.getRawPath();
        String query = given.getRawQuery() == null ? "" : "?" + given.getRawQuery();
        return URI.create(URI.create(scheme + "://" + authority + path + query).toASCIIString());
    }
}
