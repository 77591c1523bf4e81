package dev.minilab.api;

import java.net.URI;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/// What holds for every request, routed or not: answers carry headers that keep browsers from misusing them, a
/// request has no more than 100 header fields, and this is no proxy (`CONNECT`).
///
/// The policy lets the console run its own scripts, and show images from the bucket
/// (<https://www.w3.org/TR/CSP3/>). Thread-safe.
final class Edge extends Handler.Wrapper {

    private static final int MOST_FIELDS = 100;
    /// What there is for a request that names no resource.
    private static final String METHODS = "GET, HEAD, POST, DELETE, OPTIONS";

    private final String contentPolicy;

    /// @param store where signed links lead
    Edge(URI store) {
        String origin = store.getScheme() + "://" + store.getRawAuthority();
        contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data: " + origin
                + "; connect-src 'self' " + origin + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        protect(response.getHeaders());
        if (request.getHeaders().size() > MOST_FIELDS) {
            Response.writeError(request, response, callback, 431);
            return true;
        }
        if (HttpMethod.CONNECT.is(request.getMethod())) {
            response.getHeaders().put(HttpHeader.ALLOW, METHODS);
            Response.writeError(request, response, callback, 405);
            return true;
        }
        return super.handle(request, response, callback);
    }

    /// Answers what the server itself refuses, and hears no more from whoever sent it.
    boolean refuse(Request request, Response response, Callback callback) {
        protect(response.getHeaders());
        response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
        return Problems.answerUnparsed(request, response, callback);
    }

    private void protect(HttpFields.Mutable headers) {
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put("Referrer-Policy", "no-referrer");
        headers.put("Content-Security-Policy", contentPolicy);
        headers.put("Cross-Origin-Resource-Policy", "same-origin");
        headers.put("X-Frame-Options", "DENY");
    }
}
