package dev.minilab.api;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Handler;

/// Registers what is read with GET for HEAD as well, with the same status and headers (RFC 9110, 9.3.2): of itself the
/// server answers HEAD with 200 wherever there is a GET, without asking whether there is anything.
final class Reads {

    private Reads() {}

    static void register(RoutesConfig routes, String path, Handler handler) {
        routes.get(path, handler);
        routes.head(path, handler);
    }
}
