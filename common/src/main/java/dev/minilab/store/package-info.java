/// The object store: the only room that talks to S3, and no type or exception of the AWS SDK leaves it.
///
/// Needs of the credentials, on the one bucket: `s3:GetObject`, `s3:PutObject`, `s3:DeleteObject`, `s3:ListBucket`.
/// Works with Cloudflare R2, Amazon S3 and S3Proxy; what R2 needs to be set is set in [ObjectStore].
@NullMarked
package dev.minilab.store;

import org.jspecify.annotations.NullMarked;
