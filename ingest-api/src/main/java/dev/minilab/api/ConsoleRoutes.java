package dev.minilab.api;

import dev.minilab.metrics.Meters;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.staticfiles.Location;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/// For people who look: the web console at `/`, and `/metrics` for Prometheus.
///
/// The console is a page that calls the API with the key of whoever uses it; its files are nobody's secret.
final class ConsoleRoutes {

    private static final String FOLDER = "/console";
    /// Browsers ask each time whether a file has changed, and are told 304: a new release shows at once.
    private static final Map<String, String> HEADERS = Map.of("Cache-Control", "no-cache");

    private final byte[] page;

    ConsoleRoutes() {
        page = resource(FOLDER + "/index.html");
    }

    /// Has the server hand out the files that the page asks for.
    static void serveFiles(JavalinConfig javalin) {
        javalin.staticFiles.add(files -> {
            files.hostedPath = FOLDER;
            files.directory = FOLDER;
            files.location = Location.CLASSPATH;
            files.headers = HEADERS;
        });
    }

    void register(RoutesConfig routes) {
        routes.get("/", this::show, Access.ANYONE);
        routes.get("/metrics", this::metrics, Access.ADMIN);
    }

    private void show(Context ctx) {
        HEADERS.forEach(ctx::header);
        ctx.contentType("text/html; charset=utf-8").result(page);
    }

    private void metrics(Context ctx) {
        ctx.contentType(Meters.CONTENT_TYPE).result(Meters.scrape());
    }

    private static byte[] resource(String name) {
        try (InputStream in = ConsoleRoutes.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("this build lacks " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
