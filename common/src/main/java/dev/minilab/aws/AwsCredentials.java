package dev.minilab.aws;

import dev.minilab.config.Config;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/// Turns configured credentials into those of the AWS SDK.
public final class AwsCredentials {

    private AwsCredentials() {}

    /// The given key pair, or what the AWS default chain finds when there is none.
    public static AwsCredentialsProvider of(Config.@Nullable Credentials credentials) {
        return credentials == null
                ? DefaultCredentialsProvider.builder().build()
                : StaticCredentialsProvider.create(AwsBasicCredentials.create(
                        credentials.accessKeyId(), credentials.secretAccessKey().value()));
    }
}
