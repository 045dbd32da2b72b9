module settld-adapter

go 1.18
