package dev.minilab.standalone;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.gaul.s3proxy.CrossOriginResourceSharing;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/// An S3 in this process: S3Proxy on a folder (<https://github.com/gaul/s3proxy>). It survives a kill of the process;
/// it does not flush to the disk, so that a power cut may cost the last seconds. Pages of any origin may use signed
/// links: the signature is the permission.
final class EmbeddedStore implements AutoCloseable {

    private static final int THREADS = 300;

    private final S3Proxy server;
    private final URI endpoint;

    private EmbeddedStore(S3Proxy server, URI endpoint) {
        this.server = server;
        this.endpoint = endpoint;
    }

    static EmbeddedStore start(Path folder, String host, int port, DataFolder.Secrets secrets) throws Exception {
        S3Proxy server = S3Proxy.builder()
                .blobStore(new FilesystemNio2BlobStore(folder.toString()))
                .awsAuthentication(AuthenticationType.AWS_V4, secrets.accessKeyId(), secrets.secretAccessKey())
                .endpoint(Addresses.http(host, port))
                .ignoreUnknownHeaders(true)
                .corsRules(new CrossOriginResourceSharing(
                        List.of("*"), List.of("GET", "HEAD", "PUT"), List.of("*"), List.of("ETag"), "false"))
                .jettyMaxThreads(THREADS)
                .build();
        server.start();
        return new EmbeddedStore(server, Addresses.http(host, server.getPort()));
    }

    URI endpoint() {
        return endpoint;
    }

    @Override
    public void close() throws IOException {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IOException("S3Proxy does not stop", e);
        }
    }
}
