const char *dset_image_pull_policy(const char *reference);
